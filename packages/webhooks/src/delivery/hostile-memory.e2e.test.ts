/** A sender's process meets the worst receivers with all its slots at once: its memory stays within bounds. */
import { execFile } from 'node:child_process';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from '@northwind/service-kit';
import { expect, test } from 'vitest';
import { HOSTILE_SCRIPTS } from '../../test/hostile-scripts.ts';
import { CONCURRENCY } from '../limits.ts';
import { WORKER_MEMORY } from '../worker-memory.ts';

const RSS_BYTES_MAX = 256 * 1_048_576;
const program = fileURLToPath(new URL('../../test/send-many.ts', import.meta.url));

test('all slots at once with every hostile receiver take less than 256 MiB', { timeout: 180_000 }, async () => {
  const scripts = Object.values(HOSTILE_SCRIPTS);
  const receivers = await Promise.all(scripts.map(startReceiver));
  try {
    const urls = receivers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const env = { ...environment(), ...WORKER_MEMORY };
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program, ...urls], { env });
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
