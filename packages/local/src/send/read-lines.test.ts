import { expect, test } from 'vitest';
import { splitLines } from './read-lines.ts';

async function split(...chunks: readonly (string | Uint8Array)[]): Promise<[number, string][]> {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));
  async function* stream() {
    yield* bytes;
  }
  return (await Array.fromAsync(splitLines(stream()))).map(({ number, text }) => [number, text]);
}

test('lines end with \\n or \\r\\n, and the last one needs no end', async () => {
  expect(await split('one\ntwo\r\n\nfour')).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, ''],
    [4, 'four'],
  ]);
  expect(await split('one\n')).toEqual([[1, 'one']]);
  expect(await split()).toEqual([]);
});

test('a line separator of Unicode inside JSON text does not end a line', async () => {
  expect(await split('{"a":"x\u2028y\u2029z"}\n{}')).toEqual([
    [1, '{"a":"x\u2028y\u2029z"}'],
    [2, '{}'],
  ]);
});

test('characters and lines may lie across any number of chunks', async () => {
  const bytes = new TextEncoder().encode('grüße 😀\nend');
  const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(await split(...chunks)).toEqual([
    [1, 'grüße 😀'],
    [2, 'end'],
  ]);
});
