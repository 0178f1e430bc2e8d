/** Why an endpoint can't be registered: a closed list. Each is for the merchant to correct. */
export const ENDPOINT_PROBLEMS = {
  merchant_id_invalid: { field: 'merchantId', message: 'must have 1 to 128 characters' },
  url_invalid: { field: 'url', message: 'is not an absolute URL' },
  url_too_long: { field: 'url', message: 'is longer than 2,048 characters' },
  url_scheme: { field: 'url', message: 'must begin with https://' },
  url_credentials: { field: 'url', message: 'must not hold a user name or password' },
  url_port: { field: 'url', message: 'must use port 443 or 8443' },
  url_host_forbidden: { field: 'url', message: 'must name a public host' },
  url_address_forbidden: { field: 'url', message: 'names a host that does not resolve to public addresses only' },
  event_types_empty: { field: 'eventTypes', message: 'must name at least one event type' },
  event_type_unknown: {
    field: 'eventTypes',
    message:
      'must be among payout.initiated, payout.submitted, payout.settled, payout.failed, payout.returned and ' +
      'webhook.digest',
  },
  too_many_endpoints: { field: 'merchantId', message: 'has 20 endpoints already; remove one first' },
} as const;

export type EndpointProblemCode = keyof typeof ENDPOINT_PROBLEMS;

export interface EndpointProblem {
  readonly code: EndpointProblemCode;
  readonly field: string;
  /** Reads on from the field's name: "url must begin with https://". */
  readonly message: string;
}

export function endpointProblem(code: EndpointProblemCode): EndpointProblem {
  return { code, ...ENDPOINT_PROBLEMS[code] };
}
