import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { ConfigError, StartupError } from '@northwind/service-kit';
import { eventually, freePort, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { expect, test } from 'vitest';
import { SECRETS_KEY } from '../test/open-stage.ts';
import { deliveryMigrations } from './migrations.ts';
import { createWebhooksProcess } from './webhooks-process.ts';

const quiet = { SETTLEMENT_SECRETS_KEY: SECRETS_KEY, SETTLEMENT_LOG_LEVEL: 'silent' };

test('the process starts, tells when it is ready and not before, and stops', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const port = await freePort();
  const service = await createWebhooksProcess({
    ...quiet,
    DATABASE_URL: await database.login('settlement_webhooks'),
    SETTLEMENT_HEALTH_PORT: String(port),
  });
  const ready = () => fetch(`http://127.0.0.1:${port}/health/ready`);
  const holder = new pg.Client(database.url);
  await holder.connect();
  await holder.query('begin; lock table ledger.consumer_offsets, delivery.deliveries');
  const started = service.start();
  try {
    await eventually(async () => {
      const answer = await ready();
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({
        status: 'failing',
        components: ['consumer webhooks', 'webhook deliveries'].map((component) => {
          return { component, state: 'failing', detail: 'not started yet' };
        }),
      });
    });
  } finally {
    await holder.end();
    await started;
  }
  await eventually(async () => (await ready()).status === 200);
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
  const exported = await metrics.text();
  for (const gauge of ['webhook_attempts_in_flight', 'webhook_dead_letters_untold', 'webhook_resend_jobs_open']) {
    expect(exported).toContain(`\n${gauge} 0\n`);
  }
  await service.stop();
  await service.stop();
});

test('a database without the schema is one clear line', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  const service = await createWebhooksProcess({ ...quiet, DATABASE_URL: database.url });
  await expect(service.start()).rejects.toThrow(StartupError);
});

test('every wrong variable is named at once', async () => {
  const env = { SETTLEMENT_SECRETS_KEY: 'short', SETTLEMENT_WEBHOOKS_CONCURRENCY: '0', SETTLEMENT_WEBHOOK_X: '1' };
  const error = await createWebhooksProcess(env).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const named = (error as ConfigError).problems.map(({ variable }) => variable);
  expect(named.sort()).toEqual([
    'DATABASE_URL',
    'SETTLEMENT_SECRETS_KEY',
    'SETTLEMENT_WEBHOOKS_CONCURRENCY',
    'SETTLEMENT_WEBHOOK_X',
  ]);
  expect(String(error)).not.toContain('short');
});
