import type { Endpoint } from '@northwind/webhooks';
import type { EndpointJson } from './endpoint.ts';

export function describeEndpoint({ merchantId: _, ...endpoint }: Endpoint): EndpointJson {
  return { ...endpoint, eventTypes: [...endpoint.eventTypes] };
}
