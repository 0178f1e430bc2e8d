/** How an attempt can end: a closed set, the same in code, in the database's check and in SPEC.md. */
export const OUTCOMES = {
  delivered: 'The endpoint answered with a status of 200 to 299.',
  redirect_not_followed: 'The endpoint answered with a redirect. Redirects are never followed: register the final URL.',
  gone: 'The endpoint answered 410: it wants no more webhooks and was disabled.',
  disable_requested: 'The endpoint answered webhook-delivery: disable; it was disabled.',
  abort_requested: 'The endpoint answered webhook-delivery: abort-message; this delivery is over.',
  rate_limited: 'The endpoint answered 429: too many requests.',
  client_error: 'The endpoint answered with another status of 400 to 499.',
  server_error: 'The endpoint answered with a status of 500 to 599.',
  unexpected_status: 'The endpoint answered with a status that is none of HTTP’s final ones.',
  timeout: 'No complete answer in time.',
  connect_timeout: 'No connection in time.',
  dns_failed: 'The host name has no address.',
  connection_refused: 'The host refuses connections on this port.',
  connection_reset: 'The connection was closed before an answer.',
  connection_failed: 'The host can not be reached.',
  tls_failed: 'No trusted TLS connection: certificate or protocol.',
  response_invalid: 'The answer is not HTTP, or its headers are too large.',
  blocked_target: 'The URL leads to an address that webhooks are never sent to.',
  secret_unavailable: 'The signing secret could not be read here; nothing was sent.',
  interrupted: 'The worker was stopped while it waited for the answer; sent again at once.',
  lease_expired: 'The worker vanished while it sent; whether the request arrived is not known. Sent again.',
} as const;

export type Outcome = keyof typeof OUTCOMES;

export function outcomeOfStatus(status: number): Outcome {
  if (status >= 200 && status <= 299) return 'delivered';
  if (status >= 300 && status <= 399) return 'redirect_not_followed';
  if (status === 410) return 'gone';
  if (status === 429) return 'rate_limited';
  if (status >= 400 && status <= 499) return 'client_error';
  if (status >= 500 && status <= 599) return 'server_error';
  return 'unexpected_status';
}
