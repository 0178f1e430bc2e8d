/** What a receipt tells of one exchange with an endpoint; the same names as the columns of delivery.attempts. */
import type { Instant } from '@northwind/events';

/** Names in lower case. */
export type HeaderRecord = Readonly<Record<string, string | string[]>>;

export interface Exchange {
  /** Of an answer that is HTTP. */
  readonly firstByteAt: Instant | null;
  /** Whole milliseconds. Null where it was not reached, and for a connection that was kept alive and used again. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request's last byte to the answer's first. */
  readonly waitMs: number | null;
  /** Connected to, or tried in vain; null for a blocked target, whatever it was. */
  readonly destinationIp: string | null;
  /** As sent, credentials redacted; null when no request began. */
  readonly requestHeaders: HeaderRecord | null;
  readonly responseStatus: number | null;
  readonly responseHeaders: HeaderRecord | null;
  /** Decoded, at most 64 KiB. */
  readonly responseBody: string | null;
  readonly responseTruncated: boolean;
  /** Hexadecimal, of the decoded bytes that were kept: of the whole body unless it is truncated. */
  readonly responseSha256: string | null;
}

export const NO_EXCHANGE: Exchange = {
  firstByteAt: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  waitMs: null,
  destinationIp: null,
  requestHeaders: null,
  responseStatus: null,
  responseHeaders: null,
  responseBody: null,
  responseTruncated: false,
  responseSha256: null,
};
