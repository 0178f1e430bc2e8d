import { createServer } from 'node:http';
import { migrate, StartupError } from '@northwind/service-kit';
import { eventually, freePort, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { fetchAnswer, MIGRATIONS, SECRETS_KEY } from '../test/start-api.ts';
import { createApiProcess } from './api-process.ts';

const environmentOf = (url: string, port: number) => ({
  DATABASE_URL: url,
  SETTLEMENT_API_PORT: String(port),
  SETTLEMENT_SECRETS_KEY: SECRETS_KEY,
  SETTLEMENT_LOG_LEVEL: 'silent',
  SETTLEMENT_WRITER_FLUSH_MS: '5',
});

describe('the API as a process', () => {
  test('starts from its environment, answers, and stops; each twice without harm', async () => {
    await using database = await testDatabase(MIGRATIONS);
    const port = await freePort();
    const service = await createApiProcess(environmentOf(await database.login('settlement_api'), port));
    await service.stop();
    await Promise.all([service.start(), service.start()]);
    await eventually(async () => (await fetchAnswer(`http://127.0.0.1:${port}/health/ready`)).status === 200);
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    await expect(fetch(`http://127.0.0.1:${port}/health/ready`)).rejects.toThrow();
  });

  test('is ready when the database has answered, and not before', async () => {
    await using database = await testDatabase(MIGRATIONS);
    const port = await freePort();
    const service = await createApiProcess(environmentOf(await database.login('settlement_api'), port));
    const ready = () => fetchAnswer(`http://127.0.0.1:${port}/health/ready`);
    const holder = new pg.Client(database.url);
    await holder.connect();
    await holder.query('begin; lock table access.api_keys');
    try {
      await service.start();
      const { status, body } = await ready();
      expect(status).toBe(503);
      expect(body.components).toContainEqual({ component: 'database', state: 'failing', detail: 'not started yet' });
      await holder.query('rollback');
      await eventually(async () => (await ready()).status === 200);
    } finally {
      await holder.end();
      await service.stop();
    }
  });

  test('is ready on a log whose schema has another name, and not when it looks for the usual one', async () => {
    await using database = await testDatabase([]);
    await migrate(database.url, MIGRATIONS, { schemas: { ledger: 'ledger_eu' } });
    const port = await freePort();
    const usual = environmentOf(await database.login('settlement_api'), port);
    const lost = await createApiProcess(usual);
    await expect(lost.start()).rejects.toMatchObject({ hint: 'run: settle migrate' });
    await lost.stop();
    const service = await createApiProcess({ ...usual, SETTLEMENT_LEDGER_SCHEMA: 'ledger_eu' });
    await service.start();
    await eventually(async () => (await fetchAnswer(`http://127.0.0.1:${port}/health/ready`)).status === 200);
    await service.stop();
  });

  test('a database that is not migrated is said in one line', async () => {
    await using database = await testDatabase([]);
    await migrate(database.url, MIGRATIONS.slice(0, 2));
    const service = await createApiProcess(environmentOf(database.url, await freePort()));
    await expect(service.start()).rejects.toMatchObject({ name: 'StartupError', hint: 'run: settle migrate' });
    await service.stop();
  });

  test('a taken port is said in one line, and nothing is left running', async () => {
    await using database = await testDatabase(MIGRATIONS);
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const service = await createApiProcess(environmentOf(await database.login('settlement_api'), port));
    const failure = await service.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartupError);
    expect(failure).toMatchObject({
      message: `port ${port} on 127.0.0.1 is taken`,
      hint: expect.stringContaining('SETTLEMENT_API_PORT'),
    });
    await service.stop();
    await new Promise((resolve) => other.close(resolve));
  });
});
