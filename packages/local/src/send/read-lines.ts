import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { StartupError } from '@northwind/service-kit';

export interface Line {
  /** From 1, as editors count. */
  readonly number: number;
  readonly text: string;
}

export interface LineReader {
  readonly sizeBytes: number;
  /** Of the file as it lies on disk, compressed or not; tells how far reading is. */
  readBytes(): number;
  lines(): AsyncGenerator<Line>;
}

/** Opens a text file, gzipped or not (its first bytes tell, whatever its name), to be read line by line. */
export async function openLines(path: string): Promise<LineReader> {
  const { sizeBytes, isGzip } = await inspect(path);
  let readBytes = 0;
  const count = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      readBytes += chunk.length;
      done(null, chunk);
    },
  });
  return {
    sizeBytes,
    readBytes: () => readBytes,
    lines: () => {
      const raw = createReadStream(path);
      const counted = raw.pipe(count);
      const bytes = isGzip ? counted.pipe(createGunzip()) : counted;
      // Errors don't travel down a pipe by themselves.
      raw.once('error', (error) => bytes.destroy(error));
      return splitLines(bytes);
    },
  };
}

/**
 * Lines end with \n or \r\n and with nothing else: JSON text may hold any other line separator of Unicode as it is, and
 * node:readline would split there.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let number = 0;
  let parts: string[] = []; // of a line that isn't complete; joined once, however many chunks it takes
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const text of rest) {
      yield { number: ++number, text: withoutReturn(parts.join('')) };
      parts = [text];
    }
  }
  const last = parts.join('') + decoder.decode();
  if (last !== '') yield { number: ++number, text: withoutReturn(last) };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

async function inspect(path: string): Promise<{ sizeBytes: number; isGzip: boolean }> {
  try {
    await using file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile()) throw new StartupError(`${path} is not a file`, { hint: 'name a file of CloudEvents lines' });
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { sizeBytes: stat.size, isGzip: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new StartupError(`there is no file ${path}`, { hint: 'check its name', cause });
  }
}
