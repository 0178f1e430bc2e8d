import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// The same rules as in run-process.test.ts, with a real process, real signals and a real port.

const sample = fileURLToPath(new URL('../../test/sample-process.ts', import.meta.url));

test('serves its health, stops in order on SIGTERM, exits with 0', async () => {
  const port = await freePort();
  const child = startSample({ SETTLEMENT_HEALTH_PORT: String(port) });
  await child.started;
  expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('process_cpu_seconds_total');
  expect((await fetch(`http://127.0.0.1:${port}/nothing`)).status).toBe(404);
  child.kill('SIGTERM');
  expect(await child.exitCode).toBe(0);
  expect(child.output()).toMatch(/worker.started.*\n.*worker.stopped/);
});

test('a process that is stuck is forced by a later signal', async () => {
  const child = startSample({ SETTLEMENT_HEALTH_PORT: '0', SETTLEMENT_STUCK: 'true' });
  await child.started;
  child.kill('SIGINT');
  child.kill('SIGTERM');
  // The pause is what is tested: a signal this much later is another wish.
  await wait(1_200);
  child.kill('SIGINT');
  expect(await child.exitCode).toBe(1);
  expect(child.output()).toContain('sample: second SIGINT, ending at once');
});

test('wrong configuration: every variable, exit code 2', async () => {
  const child = startSample({ SETTLEMENT_HEALTH_PORT: 'http', SETTLEMENT_STUK: 'true' });
  expect(await child.exitCode).toBe(2);
  expect(child.output()).toContain('sample: 2 environment variables are wrong:');
  expect(child.output()).toContain('did you mean SETTLEMENT_STUCK?');
});

test('taken port: one line, exit code 1', async () => {
  const holder = createServer();
  holder.listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const child = startSample({ SETTLEMENT_HEALTH_PORT: String(port) });
  expect(await child.exitCode).toBe(1);
  expect(child.output()).toContain(`sample: port ${port} on 127.0.0.1 is taken; stop the process`);
  expect(child.output()).toContain('worker.stopped');
  holder.close();
});

function startSample(env: Record<string, string>) {
  const child = fork(sample, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)));
  return {
    started: once(child, 'message'),
    // 'close' comes when the output has been read to its end as well.
    exitCode: once(child, 'close').then(([code]) => code as number | null),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    output: () => output,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
