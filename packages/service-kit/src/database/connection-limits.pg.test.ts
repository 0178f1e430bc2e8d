import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { databaseUrl } from '../../test/scratch-database.ts';
import { openDatabase } from './open-database.ts';
import { isTransientDatabaseError } from './transient-database-error.ts';

test('a session that leaves its transaction waiting is ended by the server, and its locks are free', async () => {
  const limits = { idleInTransactionMs: 200 };
  await using silent = openDatabase<unknown>({
    url: databaseUrl({}),
    applicationName: 'silent',
    connectionsMax: 1,
    limits,
  });
  await using other = openDatabase<unknown>({ url: databaseUrl({}), applicationName: 'other', connectionsMax: 1 });
  const client = await silent.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock(4711)');
  // Waits for the lock: it comes when the server has ended the silent session, not before.
  await other.pool.query('SELECT pg_advisory_xact_lock(4711)');
  await expect(client.query('COMMIT')).rejects.toThrow();
  client.release(true);
});

test('a statement that takes too long is cancelled, which is worth another try', async () => {
  const limits = { statementMs: 100 };
  await using database = openDatabase<unknown>({
    url: databaseUrl({}),
    applicationName: 'slow',
    connectionsMax: 1,
    limits,
  });
  const error = await database.pool.query('SELECT pg_sleep(30)').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: '57014' });
  expect(isTransientDatabaseError(error)).toBe(true);
});

test('a connection that swallows what is sent is given up and replaced', async () => {
  await using proxy = await startProxy();
  const limits = { statementMs: 100 };
  await using database = openDatabase<unknown>({
    url: proxy.url,
    applicationName: 'cut off',
    connectionsMax: 1,
    limits,
  });
  await sql`SELECT 1`.execute(database.db);
  proxy.swallow();
  const error = await sql`SELECT 2`.execute(database.db).catch((thrown: unknown) => thrown);
  expect(isTransientDatabaseError(error)).toBe(true);
  const { rows } = await sql<{ three: number }>`SELECT 3 AS three`.execute(database.db);
  expect(rows).toEqual([{ three: 3 }]);
});

/** Passes everything on, until told to keep what comes on the connections that are open then. */
async function startProxy() {
  const target = new URL(databaseUrl({}));
  const open = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    inbound.pipe(outbound).pipe(inbound);
    for (const socket of [inbound, outbound]) socket.on('error', () => undefined);
    inbound.on('close', () => outbound.destroy());
    open.add(inbound).add(outbound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    swallow: () => {
      for (const socket of open) socket.unpipe().pause();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
