/** Peer: message-db (Eventide), whose write_message takes one message. */
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import pg from 'pg';
import { closedLoop } from '../harness/closed-loop.ts';
import { withClient } from '../postgres/bench-server.ts';
import { expectRows } from './bare-table.ts';
import { warmConnections } from './measure-ours.ts';
import type { PlacedEvent } from './place-events.ts';
import { inBatches, type Measure, type Setting } from './row.ts';

/** As its install.sh has them, without the views and the privileges, which nothing here uses. */
const INSTALLATION = [
  'roles/message-store',
  'schema/message-store',
  'extensions/pgcrypto',
  'tables/messages',
  'types/message',
  'functions/message-store-version',
  'functions/hash-64',
  'functions/acquire-lock',
  'functions/category',
  'functions/is-category',
  'functions/id',
  'functions/cardinal-id',
  'functions/stream-version',
  'functions/write-message',
  'functions/get-stream-messages',
  'functions/get-category-messages',
  'functions/get-last-stream-message',
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
];
const IN_FLIGHT = 32;
const TRANSACTION_SIZE = 100;
const SEARCH_PATH = '-c search_path=message_store,public';

/** One transaction a message, 32 at a time, in as many categories as we have partitions (a category is a lock). */
export const measureMessageDbCategories: Measure = (setting) =>
  withMessageDb(setting, async (url) => {
    const pool = new pg.Pool({ connectionString: url, max: IN_FLIGHT, idleTimeoutMillis: 0, options: SEARCH_PATH });
    pool.on('error', () => undefined);
    try {
      await warmConnections(pool, IN_FLIGHT);
      const next = inBatches(setting.events);
      const writeNext = async () => {
        const [event] = next(1);
        if (event === undefined) return 0;
        await pool.query(write(event, `payments${event.partition}`));
        return 1;
      };
      return await closedLoop(writeNext, { ...setting, lanes: IN_FLIGHT });
    } finally {
      await pool.end();
    }
  });

/** 100 messages a transaction, sent without waiting for each answer, one connection. */
export const measureMessageDbPipelined: Measure = (setting) =>
  withMessageDb(setting, async (url) => {
    const client = new pg.Client({ connectionString: url, options: SEARCH_PATH, pipeline: true } as pg.ClientConfig);
    await client.connect();
    try {
      const next = inBatches(setting.events);
      const writeNext = async () => {
        const batch = next(TRANSACTION_SIZE);
        if (batch.length === 0) return 0;
        // In this order: what is written before BEGIN would be a transaction, and a commit, of its own.
        const begun = client.query('begin');
        const writes = batch.map((event) => client.query(write(event, 'payments')));
        await Promise.all([begun, ...writes, client.query('commit')]);
        return batch.length;
      };
      return await closedLoop(writeNext, { ...setting, lanes: 1 });
    } finally {
      await client.end();
    }
  });

function write({ event }: PlacedEvent, category: string): pg.QueryConfig {
  const stream = `${category}-${event.merchantId}`;
  return {
    name: 'write',
    text: 'select write_message($1, $2, $3, $4::jsonb, $5::jsonb)',
    values: [event.idempotencyKey, stream, event.type, event.canonicalData, '{}'],
  };
}

type Work = (url: string) => Promise<{ readonly rate: number; readonly total: number }>;

async function withMessageDb({ server }: Setting, work: Work): Promise<number> {
  return server.withDatabase(async (url) => {
    await withClient(url, install);
    const { rate, total } = await work(url);
    await expectRows(url, 'message_store.messages', total);
    return rate;
  });
}

async function install(client: pg.Client): Promise<void> {
  const manifest = findPackageJSON('@eventide/message-db', import.meta.url);
  if (!manifest) throw new Error('@eventide/message-db is not installed');
  await client.query('set client_min_messages = warning');
  await client.query('create schema if not exists message_store; set search_path = message_store, public');
  for (const file of INSTALLATION) {
    await client.query(await readFile(new URL(`database/${file}.sql`, `file://${manifest}`), 'utf8'));
  }
}
