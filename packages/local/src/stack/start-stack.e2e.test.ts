import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readIntake } from '@northwind/event-store';
import { paymentCaptured, toJson } from '@northwind/events';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBalances } from '../look/list-balances.ts';
import { processStartedAt } from './process-identity.ts';
import { REGION } from './service-environment.ts';
import { readStackFile } from './stack-file.ts';
import type { StackEvent } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const PAYMENTS = 400;
const MERCHANTS = 20;
const BATCH = 10;

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'settlement-stack-'));
  chmodSync(parent, 0o755);
  folder = join(parent, 'stack');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

function payments(): string[] {
  return Array.from({ length: PAYMENTS }, (_, number) =>
    toJson(
      paymentCaptured({
        paymentId: `pay_${number}`,
        merchantId: `mer_${String(1 + (number % MERCHANTS)).padStart(3, '0')}`,
        time: `2026-11-20T06:00:00.${String(number).padStart(6, '0')}Z`,
        amount: 1_000 + number,
        fee: 0,
        currency: 'EUR',
      }),
    ),
  );
}

test('two of each service give the same result as one of each: every event counts once', async () => {
  const services = { writer: 2, projector: 2, sealer: 2, webhooks: 2, api: 2 };
  const stack = await startStack({ folder, services });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint: stack.urls.queueEndpoint, region: REGION, credentials });
  const url = stack.urls.databaseUrl;
  const database = openDatabase<ReadTables>({ url, applicationName: 'test', connectionsMax: 2 });
  try {
    expect(stack.children().map(({ name }) => name)).toContain('projector-2');
    const bodies = [...payments(), ...payments().toReversed()];
    for (let from = 0; from < bodies.length; from += BATCH) {
      const Entries = bodies.slice(from, from + BATCH).map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: stack.urls.eventsQueueUrl, Entries }));
    }
    const expected = Array.from({ length: MERCHANTS }, (_, merchant) =>
      Array.from({ length: PAYMENTS / MERCHANTS }, (_, round) => 1_000 + merchant + round * MERCHANTS),
    ).map((amounts) => BigInt(amounts.reduce((sum, amount) => sum + amount, 0)));
    await eventually(
      async () => {
        const balances = await listBalances(database.db);
        expect(balances.map(({ availableMinor }) => availableMinor)).toEqual(expected);
        const intake = await readIntake(database.db);
        expect(intake.map(({ outcome, messages }) => [outcome, messages])).toEqual([
          ['appended', BigInt(PAYMENTS)],
          ['duplicate', BigInt(PAYMENTS)],
        ]);
      },
      { timeoutMs: 60_000 },
    );
  } finally {
    client.destroy();
    await database.close();
    await stack.stop();
  }
});

test('a first start that is told to stop while the database is made does not start PostgreSQL any more', async () => {
  const told = new AbortController();
  const pids: number[] = [];
  const onEvent = (event: StackEvent) => {
    if (event.kind === 'child.started') pids.push(event.process.pid);
    if (event.kind === 'step' && event.message.startsWith('making a new database')) {
      told.abort(new Error('told to stop'));
    }
  };
  await expect(startStack({ folder, signal: told.signal, onEvent })).rejects.toThrow('told to stop');
  expect(pids.filter((pid) => processStartedAt(pid) !== null)).toEqual([]);
  const stack = await startStack({ folder });
  await stack.stop();
});

test('a start that is told to stop half way leaves nothing running, and the folder free', async () => {
  const told = new AbortController();
  const pids: number[] = [];
  const onEvent = (event: StackEvent) => {
    if (event.kind === 'child.started') pids.push(event.process.pid);
    if (event.kind === 'child.started' && event.name === 'writer') told.abort(new Error('told to stop'));
  };
  await expect(startStack({ folder, signal: told.signal, onEvent })).rejects.toThrow('told to stop');
  expect(pids.length).toBeGreaterThanOrEqual(3);
  expect(pids.filter((pid) => processStartedAt(pid) !== null)).toEqual([]);
  expect(readStackFile(join(folder, 'stack.json'))?.running).toBeNull();
  const stack = await startStack({ folder });
  await stack.stop();
});
