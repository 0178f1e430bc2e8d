/** A sender's process, 64 attempts at once, meets the worst receivers: its memory stays within bounds. */
import { execFile } from 'node:child_process';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { HOSTILE_SCRIPTS } from '../../test/hostile-scripts.ts';
import { CONCURRENCY } from '../limits.ts';

const RSS_BYTES_MAX = 256 * 1_048_576;
/** As README.md says for a small machine. Without it V8 lets garbage lie for as long as the machine has memory. */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=2'];
const program = fileURLToPath(new URL('../../test/send-many.ts', import.meta.url));

test('64 attempts at once with every hostile receiver take less than 256 MiB', { timeout: 180_000 }, async () => {
  const scripts = Object.values(HOSTILE_SCRIPTS);
  const receivers = await Promise.all(scripts.map(startReceiver));
  try {
    const urls = receivers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', ...HEAP, program, ...urls]);
    const { outcomes, rssBytesMax } = JSON.parse(stdout) as { outcomes: Record<string, number>; rssBytesMax: number };
    const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    expect(attempts).toBe(CONCURRENCY * scripts.length);
    expect(outcomes).toMatchObject({ delivered: expect.any(Number), response_invalid: expect.any(Number) });
    expect(rssBytesMax).toBeLessThan(RSS_BYTES_MAX);
  } finally {
    for (const server of receivers) server.close();
  }
});

async function startReceiver(script: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => script(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
