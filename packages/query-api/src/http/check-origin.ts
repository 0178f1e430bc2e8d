/**
 * Whether a browser's request comes from a page of ours. Browsers set Origin on every mutating request and every
 * websocket and pages can't forge it, so it tells a page of another site that merely has the user's cookie.
 */

export interface OriginPolicy {
  /** The Host header of the request. */
  readonly host: string | undefined;
  /** A further origin that is ours: the portal's, where it is served from somewhere else. */
  readonly portalOrigin: string | null;
}

export function isOwnOrigin(origin: string, { host, portalOrigin }: OriginPolicy): boolean {
  if (origin === portalOrigin) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  // The scheme is not compared: behind a proxy that ends TLS this process can't see it.
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.host === host.toLowerCase();
}
