/**
 * PostgreSQL arrays in the binary form of its wire protocol (array_send, and the type's own *_send within), which the
 * driver passes on as they are when a parameter is a Buffer. As text, every element would be quoted here and unquoted,
 * parsed and converted there: that costs an append a sixth of its speed, and a batch of rows a fifth.
 */
/** Object ids of the element types; they never change. */
const OID = {
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  date: 1082,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
} as const;

const HEADER_BYTES = 20;
const NULL_ELEMENT = -1;
const JSONB_VERSION = 1;
const UTF8_BYTES_A_UNIT_MAX = 3;
/** Up to here, writing a string of ASCII here takes less time than the call of the function that can write any. */
const SHORT_TEXT = 64;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/** Where arrays are written: `fill` gets at least `bytesMax` uninitialised bytes and returns how many it wrote. */
export interface ArrayMemory {
  write(bytesMax: number, fill: (buffer: Buffer) => number): Buffer;
}

/** New memory for every array; what gives it out again is quicker where arrays come by the thousand. */
export const newMemory: ArrayMemory = {
  write(bytesMax, fill) {
    const buffer = Buffer.allocUnsafe(bytesMax);
    return buffer.subarray(0, fill(buffer));
  },
};

/** Of `items`, the element that `pick` takes from each. */
export type EncodeArray<T> = <Item>(
  items: readonly Item[],
  pick: (item: Item) => T | null,
  memory: ArrayMemory,
) => Buffer;

export const uuidArray: EncodeArray<string> = fixedArray({ oid: OID.uuid, bytes: 16 }, writeUuid);

export const int2Array: EncodeArray<number> = fixedArray({ oid: OID.int2, bytes: 2 }, (buffer, at, value) =>
  buffer.writeInt16BE(value, at),
);

export const int4Array: EncodeArray<number> = fixedArray({ oid: OID.int4, bytes: 4 }, (buffer, at, value) =>
  buffer.writeInt32BE(value, at),
);

export const int8Array: EncodeArray<bigint> = fixedArray({ oid: OID.int8, bytes: 8 }, (buffer, at, value) => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) writeSafeInteger(buffer, at, number);
  else buffer.writeBigInt64BE(value, at);
});

/** Of `YYYY-MM-DD`. */
export const dateArray: EncodeArray<string> = fixedArray({ oid: OID.date, bytes: 4 }, (buffer, at, value) =>
  buffer.writeInt32BE((Date.parse(`${value}T00:00:00Z`) - POSTGRES_EPOCH_MS) / DAY_MS, at),
);

/** Of `YYYY-MM-DDTHH:MM:SS.ffffffZ`, with exactly six fraction digits. */
export const timestamptzArray: EncodeArray<string> = fixedArray(
  { oid: OID.timestamptz, bytes: 8 },
  (buffer, at, value) => {
    const ms = unixMsOf(value) - POSTGRES_EPOCH_MS;
    const micros = ms * 1_000 + digits(value, 23, 26);
    if (!Number.isSafeInteger(micros)) {
      return buffer.writeBigInt64BE(BigInt(ms) * 1_000n + BigInt(digits(value, 23, 26)), at); // from the year 2285 on
    }
    return writeSafeInteger(buffer, at, micros);
  },
);

export const byteaArray: EncodeArray<Uint8Array> = variableArray(
  OID.bytea,
  (value) => value.length,
  (buffer, at, value) => {
    buffer.set(value, at);
    return at + value.length;
  },
);

export const textArray: EncodeArray<string> = variableArray(OID.text, utf8BytesMax, writeText);

/** Of JSON texts. */
export const jsonbArray: EncodeArray<string> = variableArray(
  OID.jsonb,
  (value) => 1 + utf8BytesMax(value),
  (buffer, at, value) => {
    buffer[at] = JSONB_VERSION;
    return writeText(buffer, at + 1, value);
  },
);

function fixedArray<T extends NonNullable<unknown>>(
  { oid, bytes }: { oid: number; bytes: number },
  writeElement: (buffer: Buffer, at: number, value: T) => unknown,
): EncodeArray<T> {
  return (items, pick, memory) =>
    memory.write(HEADER_BYTES + items.length * (4 + bytes), (buffer) => {
      let at = writeHeader(buffer, oid, items.length);
      for (const item of items) {
        const value = pick(item);
        at = buffer.writeInt32BE(value === null ? NULL_ELEMENT : bytes, at);
        if (value === null) continue;
        writeElement(buffer, at, value);
        at += bytes;
      }
      return at;
    });
}

/** `writeElement` returns where the element ends. */
function variableArray<T extends NonNullable<unknown>>(
  oid: number,
  bytesMax: (value: T) => number,
  writeElement: (buffer: Buffer, at: number, value: T) => number,
): EncodeArray<T> {
  return (items, pick, memory) => {
    let elementsMax = 0;
    for (const item of items) {
      const value = pick(item);
      elementsMax += 4 + (value === null ? 0 : bytesMax(value));
    }
    return memory.write(HEADER_BYTES + elementsMax, (buffer) => {
      let at = writeHeader(buffer, oid, items.length);
      for (const item of items) {
        const value = pick(item);
        if (value === null) {
          at = buffer.writeInt32BE(NULL_ELEMENT, at);
          continue;
        }
        const end = writeElement(buffer, at + 4, value);
        buffer.writeInt32BE(end - at - 4, at);
        at = end;
      }
      return at;
    });
  };
}

/** Half the time of writeBigInt64BE. */
function writeSafeInteger(buffer: Buffer, at: number, value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return buffer.writeUInt32BE(value - high * 2 ** 32, buffer.writeInt32BE(high, at));
}

function utf8BytesMax(text: string): number {
  return text.length <= SHORT_TEXT ? text.length * UTF8_BYTES_A_UNIT_MAX : Buffer.byteLength(text);
}

/** Returns where it ends. */
function writeText(buffer: Buffer, at: number, text: string): number {
  if (text.length > SHORT_TEXT) return at + buffer.write(text, at, 'utf8');
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + buffer.write(text, at, 'utf8');
    buffer[at + i] = code;
  }
  return at + text.length;
}

/** One dimension, elements from 1, nulls allowed. An empty array has no dimension at all. Returns where it ends. */
function writeHeader(buffer: Buffer, oid: number, length: number): number {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  if (length === 0) return 12;
  buffer.writeInt32BE(length, 12);
  return buffer.writeInt32BE(1, 16);
}

/** A third of what Date.parse takes, for `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
function unixMsOf(instant: string): number {
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
