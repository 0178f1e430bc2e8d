import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paymentCaptured, toJson } from '@northwind/events';
import { eventually, freePort } from '@northwind/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningUp, runSettle, settleUp } from '../../test/run-settle.ts';
import { processStartedAt } from '../stack/process-identity.ts';
import { readStackFile } from '../stack/stack-file.ts';

/** The promise of the command; who stops later is late. */
const STOP_MS_MAX = 5_000;
const PAYMENTS = 500;
const MERCHANTS = 5;

let folder: string;
let data: string;
let port: number;
let up: RunningUp;

const start = () => settleUp('--folder', data, '--port', String(port), '--traffic', '0');
const settle = (...commandLine: string[]) => runSettle(...commandLine, '--folder', data);
const pidOf = (name: string) => {
  const found = readStackFile(join(data, 'stack.json'))?.running?.processes.find((child) => child.name === name);
  if (found === undefined) throw new Error(`no ${name} in stack.json`);
  return found.pid;
};

interface BalanceAnswer {
  readonly balances: readonly { readonly merchantId: string; readonly availableMinor: number }[];
}

async function available(merchantId: string): Promise<number | undefined> {
  const { out } = await settle('balances', '--merchant', merchantId, '--json');
  return (JSON.parse(out) as BalanceAnswer).balances[0]?.availableMinor;
}

function paymentLine(number: number): string {
  return toJson(
    paymentCaptured({
      paymentId: `pay_${number}`,
      merchantId: `mer_00${1 + (number % MERCHANTS)}`,
      time: `2026-11-20T06:00:00.${String(number).padStart(6, '0')}Z`,
      amount: 1_000,
      fee: 30,
      currency: 'EUR',
    }),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'settlement-up-'));
  chmodSync(folder, 0o755); // so that the account that runs PostgreSQL gets in, when the tests run as root
  data = join(folder, 'stack');
  port = await freePort();
  up = await start();
});

afterAll(async () => {
  await up.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

test('what is sent from a file arrives in the balances, and what is no event in the rejections', async () => {
  const file = join(folder, 'events.ndjson');
  const lines = Array.from({ length: PAYMENTS }, (_, number) => paymentLine(number));
  writeFileSync(file, [...lines, '', 'no event', paymentLine(0)].join('\n'));
  const sent = await settle('send', file, '--json');
  expect(sent.exitCode).toBe(0);
  expect(JSON.parse(sent.out)).toMatchObject({ lines: PAYMENTS + 2, sent: PAYMENTS + 2, suspicious: { count: 1 } });
  await eventually(async () => expect(await available('mer_001')).toBe((PAYMENTS / MERCHANTS) * 970));
  const rejections = await settle('rejections', '--json');
  expect(JSON.parse(rejections.out).rejections).toMatchObject([{ code: 'not_json', body: 'no event' }]);
  const groups = await settle('groups');
  expect(groups.out).toContain('read_1');
});

test('a line that SQS can not take is named, the others are sent, and the exit code is 1', async () => {
  const file = join(folder, 'long.ndjson');
  writeFileSync(
    file,
    [paymentLine(1), `{"a":"${'x'.repeat(1_048_576)}"}`, '{"a":"\u0000"}', paymentLine(2)].join('\n'),
  );
  const { exitCode, out, err } = await settle('send', file, '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    lines: 4,
    sent: 2,
    refused: { count: 2, first: [{ line: 2 }, { line: 3 }] },
  });
  expect(err).toContain('line 2 was not sent');
});

test('a second instance in the same folder says who runs, where, and what to do', async () => {
  const { exitCode, out, err } = await settle('up', '--json');
  expect(exitCode).toBe(1);
  expect(out).toBe('');
  expect(err).toContain(`is running already (pid ${up.pid}, ${up.urls.api})`);
  expect(err).toContain(`kill ${up.pid}`);
});

test('a taken port is one clear line and names another', async () => {
  const { exitCode, err } = await runSettle('up', '--folder', join(folder, 'other'), '--port', String(port));
  expect(exitCode).toBe(1);
  expect(err.trim()).toMatch(new RegExp(`^settle: port ${port} is taken by another program; .* --port \\d+$`));
});

test.each(['writer', 'projector', 'sealer', 'webhooks', 'api', 'queue', 'postgres'])(
  '%s, killed with -9, runs again',
  async (name) => {
    const before = pidOf(name);
    process.kill(before, 'SIGKILL');
    await eventually(() => up.said().includes(`${name} ended by itself`), { timeoutMs: 15_000 });
    await eventually(() => pidOf(name) !== before && up.said().includes(`${name} runs again`), { timeoutMs: 30_000 });
  },
);

test('Ctrl-C stops everything within five seconds, and a second start goes on with the same data', async () => {
  const pids = up.children.map(({ name }) => pidOf(name));
  const { exitCode, tookMs } = await up.end('SIGINT');
  expect(exitCode).toBe(0);
  expect(tookMs).toBeLessThan(STOP_MS_MAX);
  expect(pids.filter((pid) => processStartedAt(pid) !== null)).toEqual([]);
  const { exitCode: without, err } = await settle('balances');
  expect(without).toBe(2);
  expect(err).toContain('settle up');
  const { urls, keys } = up;
  up = await start();
  expect(up.keys).toEqual(keys);
  expect({ ...up.urls, portal: '' }).toEqual({ ...urls, portal: '' });
  expect(await available('mer_001')).toBe((PAYMENTS / MERCHANTS) * 970);
});

test('after kill -9 nothing works on unseen, and the next start takes over what is left', async () => {
  const postgres = pidOf('postgres');
  const services = up.children.map(({ name }) => pidOf(name)).filter((pid) => pid !== postgres);
  await up.end('SIGKILL');
  await eventually(() => services.every((pid) => processStartedAt(pid) === null), { timeoutMs: 10_000 });
  expect(processStartedAt(postgres)).not.toBeNull();
  up = await start();
  expect(up.said()).toContain(`PostgreSQL (pid ${postgres})`);
  expect(processStartedAt(postgres)).toBeNull();
  expect(await available('mer_001')).toBe((PAYMENTS / MERCHANTS) * 970);
});

test('SQS and PostgreSQL find other ports when theirs were taken meanwhile', async () => {
  await up.end('SIGTERM');
  const taken = Number(new URL(up.urls.databaseUrl).port);
  const squatter = createServer().listen(taken, '127.0.0.1');
  await once(squatter, 'listening');
  try {
    up = await start();
    expect(Number(new URL(up.urls.databaseUrl).port)).not.toBe(taken);
    expect(await available('mer_001')).toBe((PAYMENTS / MERCHANTS) * 970);
  } finally {
    squatter.close();
  }
});
