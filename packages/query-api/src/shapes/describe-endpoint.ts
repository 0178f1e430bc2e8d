import type { Endpoint } from '@northwind/webhooks';
import type { EndpointJson } from './endpoint.ts';

export function describeEndpoint(endpoint: Endpoint): EndpointJson {
  const { endpointId, url, eventTypes, status, createdAt, disabledAt, disabledReason } = endpoint;
  return { endpointId, url, eventTypes: [...eventTypes], status, createdAt, disabledAt, disabledReason };
}
