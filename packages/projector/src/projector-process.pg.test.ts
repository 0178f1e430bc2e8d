import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { parseEvent, paymentCaptured, toJson } from '@northwind/events';
import { migrate, openDatabase } from '@northwind/service-kit';
import { eventually, freePort, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openProjection } from '../test/open-projection.ts';
import { readBalances } from './balances/query.ts';
import { readMigrations } from './migrations.ts';
import { createProjectorProcess } from './projector-process.ts';
import type { ReadTables } from './tables.ts';

test('the process projects, says so in its metrics, stops, and can be told so twice', async () => {
  await using projection = await openProjection();
  const merchantId = 'mer_001';
  const capture = { merchantId, paymentId: 'pay_1', amount: 1_000, fee: 30, currency: 'EUR' };
  await projection.append([paymentCaptured({ ...capture, time: '2026-11-01T00:00:00Z' })]);
  const port = await freePort();
  const service = await createProjectorProcess({
    DATABASE_URL: projection.projectorUrl,
    SETTLEMENT_LOG_LEVEL: 'silent',
    SETTLEMENT_HEALTH_PORT: String(port),
  });
  await service.start();
  try {
    await projection.caughtUp();
    const { asOf, balances } = await readBalances(projection.db, { merchantId });
    expect([asOf.offset, balances[0]?.availableMinor]).toEqual([0n, 970n]);
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200);
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return metrics.includes('settlement_projector_events_total{partition="4"} 1');
    });
  } finally {
    await service.stop();
    await service.stop();
  }
});

test('the process is ready when its consumer has reported, and not before', async () => {
  await using projection = await openProjection();
  const port = await freePort();
  const service = await createProjectorProcess({
    DATABASE_URL: projection.projectorUrl,
    SETTLEMENT_LOG_LEVEL: 'silent',
    SETTLEMENT_HEALTH_PORT: String(port),
  });
  const ready = () => fetch(`http://127.0.0.1:${port}/health/ready`);
  const holder = new pg.Client(projection.url);
  await holder.connect();
  await holder.query('begin; lock table ledger.consumer_offsets');
  const started = service.start();
  try {
    await eventually(async () => {
      const answer = await ready();
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({
        status: 'failing',
        components: ['projector', 'consumer read_1'].map((component) => {
          return { component, state: 'failing', detail: 'not started yet' };
        }),
      });
    });
  } finally {
    await holder.end();
    await started;
  }
  await eventually(async () => (await ready()).status === 200);
  await service.stop();
});

test('a database without the read models is refused with what to do', async () => {
  await using database = await testDatabase([ledgerMigrations]);
  const service = await createProjectorProcess({ DATABASE_URL: database.url, SETTLEMENT_LOG_LEVEL: 'silent' });
  await expect(service.start()).rejects.toMatchObject({ message: expect.stringContaining('not migrated') });
});

test('the process projects a log whose schema has another name', async () => {
  await using database = await testDatabase([]);
  const schemas = { ledger: 'ledger_eu' };
  await migrate(database.url, [ledgerMigrations, readMigrations], { schemas });
  await using owner = openDatabase<ReadTables>({
    url: database.url,
    applicationName: 'test',
    connectionsMax: 2,
    schemas,
  });
  const merchantId = 'mer_001';
  const capture = { merchantId, paymentId: 'pay_1', amount: 1_000, fee: 30, currency: 'EUR' };
  const parsed = parseEvent(toJson(paymentCaptured({ ...capture, time: '2026-11-01T00:00:00Z' })), {
    receivedAtMs: Date.parse('2026-11-01T00:00:00Z'),
  });
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  await createEventLog(owner).append([{ event: parsed.event, messageId: null }]);
  const service = await createProjectorProcess({
    DATABASE_URL: await database.login('settlement_projector'),
    SETTLEMENT_LEDGER_SCHEMA: 'ledger_eu',
    SETTLEMENT_LOG_LEVEL: 'silent',
  });
  await service.start();
  try {
    await eventually(async () => {
      const { balances } = await readBalances(owner.db, { merchantId });
      return balances[0]?.availableMinor === 970n;
    });
  } finally {
    await service.stop();
  }
});
