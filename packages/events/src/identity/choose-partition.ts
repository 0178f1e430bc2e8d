import { utf8ToBytes } from '@noble/hashes/utils.js';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * The partition of a merchant: Kafka's default partitioner, so that every key stays where it is when the log moves to
 * Kafka. murmur2 of the UTF-8 bytes, made positive by masking the sign, modulo the number of partitions.
 */
export function partitionOf(merchantId: string, partitionCount: number): number {
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw new RangeError(`partitionCount must be a positive integer, got ${partitionCount}`);
  }
  return (murmur2(toBytes(merchantId)) & 0x7fffffff) % partitionCount;
}

/** As `utf8ToBytes`, whose call takes longer than all the rest for the short ASCII that ids are. */
function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return utf8ToBytes(text);
    bytes[i] = code;
  }
  return bytes;
}

/** murmur2, 32 bit, with Kafka's seed, as a signed integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length - i;
  if (rest >= 3) h ^= byte(bytes, i + 2) << 16;
  if (rest >= 2) h ^= byte(bytes, i + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(bytes, i), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
