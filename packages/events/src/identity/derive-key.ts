import { bytesToHex } from '@noble/hashes/utils.js';
import { type Instant, parseInstant } from '../instant/parse-instant.ts';
import { hashText } from './hash-text.ts';

/**
 * The idempotency key of an event: a UUIDv8 (RFC 9562) whose first 48 bits are the unix milliseconds of `time`, and
 * whose other bits are SHA-256 of `type 0x00 subject 0x00 time`. Any producer or auditor can compute it again. Throws a
 * RangeError when `time` is not a timestamp.
 */
export function idempotencyKey(type: string, subject: string, time: string): string {
  const result = parseInstant(time);
  if (!result.ok) throw new RangeError(`time ${result.message}`);
  return deriveKey(type, subject, result);
}

/** As idempotencyKey, for a time that has been parsed already. */
export function deriveKey(type: string, subject: string, time: { instant: Instant; unixMs: number }): string {
  const digest = hashText(`${type}\0${subject}\0${time.instant}`).subarray(0, 10);
  digest[0] = ((digest[0] ?? 0) & 0x0f) | 0x80;
  digest[2] = ((digest[2] ?? 0) & 0x3f) | 0x80;
  const hash = bytesToHex(digest);
  const ms = time.unixMs.toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-${hash.slice(0, 4)}-${hash.slice(4, 8)}-${hash.slice(8)}`;
}
