import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { databaseUrl } from '../../test/scratch-database.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { createHealth } from '../observe/create-health.ts';
import { createMetrics } from '../observe/create-metrics.ts';
import { healthServer } from '../observe/health-server.ts';
import { explainStartupError } from './explain-startup-error.ts';

// What a service meets when its environment is wrong, from the real server and the real kernel.

const shop = { schema: 'shop', folder: new URL('../../test/migrations/shop/', import.meta.url) };

const connect = async (url: string) => {
  await using database = openDatabase({ url, applicationName: 'test', connectionsMax: 1 });
  await database.pool.query('SELECT 1');
};

test('a wrong password', async () => {
  expect(await explain(connect(databaseUrl({ password: 'guess' })))).toBe(
    'password authentication failed for user "postgres"; check user and password in DATABASE_URL',
  );
});

test('a user that is not there', async () => {
  expect(await explain(connect(databaseUrl({ user: 'nobody' })))).toMatch(/"nobody"; check user and password/);
});

test('a database that is not there', async () => {
  expect(await explain(connect(databaseUrl({ database: 'nowhere' })))).toBe(
    'database "nowhere" does not exist; create the database, or correct its name in DATABASE_URL',
  );
  expect(await explain(migrate(databaseUrl({ database: 'nowhere' }), [shop]))).toContain('create the database');
});

test('a server that is not there, by address and by name', async () => {
  const url = new URL(databaseUrl({ port: 1 }));
  expect(await explain(connect(url.href))).toBe('nothing answers at 127.0.0.1:1; start it, or correct its URL');
  url.hostname = 'localhost';
  expect(await explain(connect(url.href))).toMatch(/^nothing answers at (127\.0\.0\.1|::1):1; start it/);
});

test('a table that is not there', async () => {
  await using database = openDatabase({ url: databaseUrl({}), applicationName: 'test', connectionsMax: 1 });
  expect(await explain(database.pool.query('SELECT FROM missing.table'))).toContain('run: settle migrate');
});

test('a port that is taken', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as { port: number };
  const server = healthServer({ host: '127.0.0.1', port, health: createHealth(), registry: createMetrics() });
  expect(await explain(server.start())).toBe(
    `port ${port} on 127.0.0.1 is taken; stop the process that listens there, or choose another port`,
  );
  holder.close();
});

test('what nobody foresaw keeps its stack', async () => {
  expect(await explain(Promise.reject(new TypeError('x is not a function')))).toMatch(
    /^TypeError: x is not a function\n\s+at /,
  );
});

function explain(failing: Promise<unknown>): Promise<string> {
  return failing.then(() => expect.unreachable('it worked'), explainStartupError);
}
