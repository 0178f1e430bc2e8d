import { createEventLog, ledgerMigrations, registerGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { parseEvent } from '@northwind/events';
import { readMigrations } from '@northwind/projector';
import { type Database, openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEventMaker } from '../chaos-event.ts';
import { type ChaosMessage, planMessages } from '../plan-messages.ts';
import { CHAOS_TABLES } from '../processes/chaos-consumer.ts';
import { createFifoQueue } from '../queue/fifo-queue.ts';
import { checkOffsets, checkSeen } from './check-consumers.ts';
import { checkIntake } from './check-intake.ts';
import { checkLog } from './check-log.ts';
import type { Check } from './finding.ts';

const EVENTS = 600;
const START_MS = Date.UTC(2026, 10, 21);
const maker = createEventMaker('checks', START_MS);
const plan = planMessages({ seed: 'checks', events: EVENTS, duplicates: 0.2, maker });

let test_: TestDatabase;
let database: Database<LedgerTables>;
let client: pg.Client;

beforeEach(async () => {
  test_ = await testDatabase([ledgerMigrations, readMigrations]);
  database = openDatabase<LedgerTables>({ url: test_.url, applicationName: 'checks', connectionsMax: 2 });
  client = new pg.Client({ connectionString: test_.url });
  await client.connect();
  await client.query(CHAOS_TABLES);
});

afterEach(async () => {
  await client.end();
  await database.close();
  await test_.drop();
});

/** Writes what it is given as the writer would, in its order. */
async function write(messages: Iterable<ChaosMessage>): Promise<void> {
  const log = createEventLog(database);
  const parsed = [...messages].map(({ body }) => parseEvent(body, { receivedAtMs: START_MS + 86_400_000 }));
  await log.append(parsed.flatMap((each) => (each.ok ? [{ event: each.event, messageId: null }] : [])));
}

const fresh = () => [...plan.messages()].filter(({ kind }) => kind === 'fresh');
const wrong = (checks: readonly Check[]) => checks.filter(({ isRight }) => !isRight).map(({ name }) => name);
const log = async () => wrong(await checkLog({ client, events: EVENTS, maker }));

test('a log that holds every event once, in order, is right', async () => {
  await write(plan.messages());
  expect(await log()).toEqual([]);
});

test('one event too few is found', async () => {
  await write(fresh().filter(({ event }) => event.number !== 77));
  expect(await log()).toEqual(['every event exactly once']);
});

test('an event that nobody sent, or that differs from what was sent, is found', async () => {
  const [first, ...others] = fresh();
  if (first === undefined) return expect.unreachable();
  await write([{ ...first, body: first.body.replace(/"amount":\d+/, '"amount":1') }, ...others]);
  expect(await log()).toEqual(['every event exactly once']);
});

test('two events of a merchant the wrong way round are found', async () => {
  const messages = fresh();
  const [first] = messages;
  const next = messages.findIndex(({ event }, at) => at > 0 && event.merchant === first?.event.merchant);
  const other = messages[next];
  if (first === undefined || other === undefined) return expect.unreachable();
  await write(messages.with(0, other).with(next, first));
  expect(await log()).toEqual(['order kept']);
});

test('a hole in the offsets is found', async () => {
  await write(fresh());
  await client.query(`update ledger.partitions set next_offset = next_offset + 1 where partition = 3`);
  expect(await log()).toEqual(['offsets dense']);
});

test('tallies that do not balance, a lost conflict and a lost rejection are found', async () => {
  await write(plan.messages());
  const queue = createFifoQueue(50);
  for (const { event, body } of plan.messages()) queue.send(event.merchantId, body);
  for (let messages = queue.receive(10, 1, 0); messages.length > 0; messages = queue.receive(10, 1, 0)) {
    for (const { receiptHandle } of messages) queue.remove(receiptHandle);
  }
  const intake = async () => wrong((await checkIntake({ client, plan, queue: queue.counts() })).checks);
  expect(await intake()).toEqual(['tallies balance', 'rejections kept']); // nobody wrote down the rejections
  const invalid = [...plan.messages()].filter(({ kind }) => kind === 'invalid');
  const messages = invalid.map(({ event, body }) => ({
    messageId: String(event.number),
    body,
    code: 'not_json',
    field: 'body',
    reason: 'is not JSON',
  }));
  await createEventLog(database).reject(messages);
  expect(await intake()).toEqual([]);
  await client.query('alter table ledger.conflicts disable trigger all');
  await client.query(
    'delete from ledger.conflicts where conflict_id = (select min(conflict_id) from ledger.conflicts)',
  );
  expect(await intake()).toEqual(['tallies balance', 'conflicts kept']);
});

test('a coordinate that was seen twice, or never, is found; so is a group that is behind', async () => {
  await write(fresh());
  await client.query(`insert into chaos.seen select partition, "offset", 'a' from ledger.events`);
  expect((await checkSeen(client)).isRight).toBe(true);
  await client.query(`insert into chaos.seen select partition, "offset", 'b' from chaos.seen limit 1`);
  expect((await checkSeen(client)).wrong).toHaveLength(1);
  await client.query(`delete from chaos.seen where process_id = 'b'`);
  await client.query(
    `delete from chaos.seen where (partition, "offset") = (select partition, "offset" from chaos.seen limit 1)`,
  );
  expect((await checkSeen(client)).wrong).toHaveLength(1);
  await registerGroup(database.db, 'chaos');
  expect((await checkOffsets(client)).isRight).toBe(false);
});
