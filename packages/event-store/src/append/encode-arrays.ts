/**
 * PostgreSQL arrays in the binary form of its wire protocol (array_send, and the type's own *_send within), which the
 * driver passes on as they are when a parameter is a Buffer. As text, every element would be quoted here and unquoted,
 * parsed and converted there: that costs an append a sixth of its speed. `allocate` gives the memory to write to.
 */
import type { Instant } from '@northwind/events';

/** Object ids of the element types; they never change. */
const OID = { bytea: 17, int8: 20, int2: 21, text: 25, timestamptz: 1184, uuid: 2950, jsonb: 3802 } as const;

type Allocate = (bytes: number) => Buffer;

const HEADER_BYTES = 20;
const JSONB_VERSION = 1;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

export function uuidArray(values: readonly string[], allocate: Allocate): Buffer {
  return fixedArray({ oid: OID.uuid, bytes: 16, allocate }, values, writeUuid);
}

export function int2Array(values: readonly number[], allocate: Allocate): Buffer {
  return fixedArray({ oid: OID.int2, bytes: 2, allocate }, values, (buffer, at, value) =>
    buffer.writeInt16BE(value, at),
  );
}

export function int8Array(values: readonly (bigint | null)[], allocate: Allocate): Buffer {
  return fixedArray({ oid: OID.int8, bytes: 8, allocate }, values, (buffer, at, value) =>
    buffer.writeBigInt64BE(value, at),
  );
}

/** Microseconds since 2000; instants have exactly six fraction digits. */
export function timestamptzArray(values: readonly Instant[], allocate: Allocate): Buffer {
  return fixedArray({ oid: OID.timestamptz, bytes: 8, allocate }, values, (buffer, at, value) => {
    const micros = BigInt(unixMsOf(value) - POSTGRES_EPOCH_MS) * 1_000n + BigInt(digits(value, 23, 26));
    return buffer.writeBigInt64BE(micros, at); // beyond 2^53 from the year 2285 on
  });
}

export function byteaArray(values: readonly Uint8Array[], allocate: Allocate): Buffer {
  const elements = values.reduce((sum, value) => sum + 4 + value.length, 0);
  const buffer = withHeader(OID.bytea, values.length, allocate(HEADER_BYTES + elements));
  let at = HEADER_BYTES;
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return buffer;
}

export function textArray(values: readonly (string | null)[], allocate: Allocate): Buffer {
  return stringArray({ oid: OID.text, prefixBytes: 0, allocate }, values);
}

/** Of JSON texts. */
export function jsonbArray(values: readonly string[], allocate: Allocate): Buffer {
  return stringArray({ oid: OID.jsonb, prefixBytes: 1, allocate }, values);
}

/** `prefixBytes` is 1 for jsonb, whose elements begin with a version. */
function stringArray(
  { oid, prefixBytes, allocate }: { oid: number; prefixBytes: 0 | 1; allocate: Allocate },
  values: readonly (string | null)[],
): Buffer {
  const elements = values.reduce(
    (sum, value) => sum + 4 + (value === null ? 0 : prefixBytes + Buffer.byteLength(value)),
    0,
  );
  const buffer = withHeader(oid, values.length, allocate(HEADER_BYTES + elements));
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const textAt = at + 4 + prefixBytes;
    if (prefixBytes === 1) buffer[textAt - 1] = JSONB_VERSION;
    const bytes = buffer.write(value, textAt, 'utf8');
    buffer.writeInt32BE(prefixBytes + bytes, at);
    at = textAt + bytes;
  }
  return buffer;
}

function fixedArray<T>(
  { oid, bytes, allocate }: { oid: number; bytes: number; allocate: Allocate },
  values: readonly (T | null)[],
  write: (buffer: Buffer, at: number, value: T) => unknown,
): Buffer {
  const buffer = withHeader(oid, values.length, allocate(HEADER_BYTES + values.length * (4 + bytes)));
  let at = HEADER_BYTES;
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? -1 : bytes, at);
    if (value === null) continue;
    write(buffer, at, value);
    at += bytes;
  }
  return buffer.subarray(0, at);
}

/** One dimension, elements from 1, nulls allowed. An empty array has no dimension at all. */
function withHeader(oid: number, length: number, buffer: Buffer): Buffer {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return length === 0 ? buffer.subarray(0, 12) : buffer;
}

/** A third of what Date.parse takes, for `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
function unixMsOf(instant: Instant): number {
  const year = digits(instant, 0, 4);
  if (year < 100) return Date.parse(`${instant.slice(0, 23)}Z`); // Date.UTC takes such years for 19xx
  const [month, day] = [digits(instant, 5, 7) - 1, digits(instant, 8, 10)];
  const [hour, minute, second] = [digits(instant, 11, 13), digits(instant, 14, 16), digits(instant, 17, 19)];
  return Date.UTC(year, month, day, hour, minute, second, digits(instant, 20, 23));
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
}

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case, as keys are. */
function writeUuid(buffer: Buffer, at: number, uuid: string): void {
  let byteAt = at;
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) i += 1;
    buffer[byteAt] = (nibble(uuid.charCodeAt(i)) << 4) | nibble(uuid.charCodeAt(i + 1));
    byteAt += 1;
  }
}

/** Of 0-9 and a-f: the letters have bit 6 set. */
function nibble(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
