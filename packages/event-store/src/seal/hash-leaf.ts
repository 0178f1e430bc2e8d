/**
 * The leaf of an event: a hash over every column of its row that its fingerprint does not cover, and the fingerprint
 * itself. (The fingerprint covers type, subject, time and data, and merchant_id is a member of data.)
 *
 *   leaf = SHA-256( 0x00 ‖ partition u16 ‖ offset u64 ‖ key 16 bytes ‖ fingerprint 32 bytes ‖ version u16
 *                   ‖ recorded_at i64, microseconds since 1970 ‖ message_id ‖ trace )
 *
 * Integers are big-endian. A text is 0x00 when it is null, else 0x01 ‖ its length in bytes u32 ‖ its UTF-8 bytes.
 */
import { hash } from 'node:crypto';
import { type Instant, parseInstant } from '@northwind/events';
import type { Coordinate } from '../coordinate.ts';

/** SHA-256 as 64 hexadecimal digits: what is compared, stored and printed is the same. */
export type Hash = string;

export interface LeafFields extends Coordinate {
  /** A UUID. */
  readonly idempotencyKey: string;
  /** 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly version: number;
  readonly recordedAt: Instant;
  readonly messageId: string | null;
  readonly trace: string | null;
}

const LEAF_TAG = 0x00;
const FIXED_BYTES = 69;
const TEXT_HEAD_BYTES = 5;

export function hashLeaf(fields: LeafFields): Hash {
  return hash('sha256', encodeLeaf(fields), 'hex');
}

export function encodeLeaf(fields: LeafFields): Buffer {
  const { messageId, trace } = fields;
  const bytes = Buffer.allocUnsafe(FIXED_BYTES + textBytes(messageId) + textBytes(trace));
  bytes[0] = LEAF_TAG;
  bytes.writeUInt16BE(fields.partition, 1);
  bytes.writeBigUInt64BE(fields.offset, 3);
  bytes.write(fields.idempotencyKey.replaceAll('-', ''), 11, 16, 'hex');
  bytes.set(fields.fingerprint.subarray(0, 32), 27);
  bytes.writeUInt16BE(fields.version, 59);
  bytes.writeBigInt64BE(toMicros(fields.recordedAt), 61);
  writeText(bytes, writeText(bytes, FIXED_BYTES, messageId), trace);
  return bytes;
}

/** Microseconds since 1970. Throws a RangeError on what is no instant. */
export function toMicros(instant: Instant): bigint {
  if (instant === lastInstant) return lastMicros;
  const parsed = parseInstant(instant);
  if (!parsed.ok) throw new RangeError(`${instant} ${parsed.message}`);
  lastMicros = BigInt(parsed.unixMs) * 1_000n + BigInt(parsed.instant.slice(23, 26));
  lastInstant = instant;
  return lastMicros;
}

// The events of one append share their instant, so most of them need not be parsed.
let lastInstant: Instant = '';
let lastMicros = 0n;

function textBytes(text: string | null): number {
  return text === null ? 1 : TEXT_HEAD_BYTES + Buffer.byteLength(text);
}

/** Returns where the next field begins. */
function writeText(bytes: Buffer, at: number, text: string | null): number {
  if (text === null) return bytes.writeUInt8(0, at);
  // Half a surrogate pair would have the bytes, and the hash, of U+FFFD.
  if (!text.isWellFormed()) throw new RangeError('a text of a leaf holds half a surrogate pair');
  const length = bytes.write(text, at + TEXT_HEAD_BYTES);
  bytes.writeUInt8(1, at);
  bytes.writeUInt32BE(length, at + 1);
  return at + TEXT_HEAD_BYTES + length;
}
