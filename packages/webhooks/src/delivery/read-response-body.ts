/** Reads an answer's body for the receipt: decoded, capped, and never more of it than that. */
import { hash } from 'node:crypto';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface ResponseBody {
  readonly text: string;
  /** There was more, or it broke off, or it could not be decoded to its end. */
  readonly truncated: boolean;
  /** Hexadecimal, of the decoded bytes that were kept, before they became text. */
  readonly sha256: string;
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * We ask for no content encoding, but an endpoint may send one all the same. What counts against the cap are decoded
 * bytes, and decoding stops there: a small body that would grow without end costs one buffer. Never throws: whatever
 * happens to the body, the status has decided already.
 */
export async function readResponseBody(
  body: Readable,
  contentEncoding: string | string[] | undefined,
  bytesMax: number,
): Promise<ResponseBody> {
  const encoding = (Array.isArray(contentEncoding) ? contentEncoding.join(',') : (contentEncoding ?? ''))
    .trim()
    .toLowerCase();
  const decoder = DECODERS[encoding];
  // Errors come out of the iteration below; without a callback the pipeline would throw them at nobody.
  const source = decoder ? pipeline(body, decoder(), () => undefined) : body;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let truncated = false;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, bytesMax - bytes));
      bytes += chunk.length;
      if (bytes > bytesMax) {
        truncated = true;
        break; // leaving the iteration destroys the stream, and with it the connection
      }
    }
  } catch {
    truncated = true;
  } finally {
    if (truncated) body.destroy();
  }
  const kept = Buffer.concat(chunks);
  return { text: toStorableText(kept, truncated), truncated, sha256: hash('sha256', kept) };
}

/** PostgreSQL's text holds no NUL; it becomes U+FFFD like everything that is not UTF-8. */
export function toStorableText(bytes: Uint8Array, cutOff: boolean): string {
  // A character that the cap cut in two is dropped, not shown as garbage: `stream` keeps it back.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: cutOff }).replaceAll('\0', '\ufffd');
}
