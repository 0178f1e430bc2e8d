/** What a receipt keeps of an answer's body: decoded, capped, storable. */
import { hash } from 'node:crypto';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface ResponseBody {
  readonly text: string;
  /** There was more, or it broke off, or it could not be decoded to its end. */
  readonly truncated: boolean;
  /** Hexadecimal, of the decoded bytes that were kept, before they became text. */
  readonly sha256: string;
}

/** A map, since the name comes from the endpoint: an object has more names than were given to it. */
const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * We ask for no content encoding, but an endpoint may send one all the same. `raw` is capped, and the cap holds again
 * for what it decodes to, so a small body that would grow without end costs one buffer. Never throws: whatever happens
 * to the body, the status has decided already.
 */
export async function readResponseBody(
  raw: Collected,
  contentEncoding: string | string[] | undefined,
  bytesMax: number,
): Promise<ResponseBody> {
  const encoding = (Array.isArray(contentEncoding) ? contentEncoding.join(',') : (contentEncoding ?? ''))
    .trim()
    .toLowerCase();
  const createDecoder = raw.bytes.length > 0 ? DECODERS.get(encoding) : undefined;
  const { bytes, truncated } = createDecoder ? await decodeInTurn(createDecoder, raw, bytesMax) : raw;
  return { text: toStorableText(bytes, truncated), truncated, sha256: hash('sha256', bytes) };
}

export interface Collected {
  readonly bytes: Buffer;
  readonly truncated: boolean;
}

async function collect(source: Transform, bytesMax: number): Promise<Collected> {
  const chunks: Buffer[] = [];
  let length = 0;
  let truncated = false;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, bytesMax - length));
      length += chunk.length;
      if (length > bytesMax) {
        truncated = true;
        break;
      }
    }
  } catch {
    truncated = true;
  } finally {
    if (truncated) source.destroy();
  }
  return { bytes: Buffer.concat(chunks), truncated };
}

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * One body at a time in the whole process: a Brotli decoder may take 16 MiB for its window, and as many of them as
 * there are attempts in flight would be a gigabyte. With both ends capped, a turn is a matter of a millisecond.
 */
function decodeInTurn(createDecoder: () => Transform, raw: Collected, bytesMax: number): Promise<Collected> {
  const turn = lastTurn.then(async () => {
    const decoder = createDecoder();
    decoder.end(raw.bytes);
    const decoded = await collect(decoder, bytesMax);
    return { bytes: decoded.bytes, truncated: decoded.truncated || raw.truncated };
  });
  lastTurn = turn.catch(() => undefined); // one body is nobody else's trouble
  return turn;
}

/**
 * PostgreSQL’s text holds no NUL; it becomes U+FFFD like all that is not UTF-8. It is replaced among the bytes, by
 * one that UTF-8 never has: in a text of nothing else, replacing it there would take megabytes.
 */
export function toStorableText(bytes: Uint8Array, cutOff: boolean): string {
  const storable = bytes.includes(0) ? bytes.map((byte) => (byte === 0 ? 0xff : byte)) : bytes;
  // A character that the cap cut in two is dropped, not shown as garbage: `stream` keeps it back.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(storable, { stream: cutOff });
}
