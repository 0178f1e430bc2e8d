import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { ledgerMigrations } from '@northwind/event-store';
import { migrate } from '@northwind/service-kit';
import { eventually, freePort, startSqs, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { createWriterProcess } from './writer-process.ts';

afterEach(() => vi.unstubAllEnvs());

test('the process is ready when it has checked log and queue, without any message, and not before', async () => {
  await using database = await testDatabase([ledgerMigrations]);
  await using sqs = await startSqs();
  // The AWS client looks for them by itself.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const port = await freePort();
  const service = await createWriterProcess({
    DATABASE_URL: await database.login('settlement_writer'),
    SQS_EVENTS_URL: await sqs.createQueue('settlement-events'),
    SQS_ENDPOINT: sqs.endpoint,
    SETTLEMENT_LOG_LEVEL: 'silent',
    SETTLEMENT_HEALTH_PORT: String(port),
  });
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    return { status: answer.status, body: await answer.json() };
  };
  const stateOfBoth = (state: string, detail: string | null) =>
    ['log', 'queue'].map((component) => ({ component, state, detail }));
  const holder = new pg.Client(database.url);
  await holder.connect();
  await holder.query('begin; lock table ledger.partitions');
  const started = service.start();
  try {
    const components = stateOfBoth('failing', 'not started yet');
    expect(await eventually(ready)).toEqual({ status: 503, body: { status: 'failing', components } });
  } finally {
    await holder.end();
    await started;
  }
  expect(await ready()).toEqual({ status: 200, body: { status: 'ok', components: stateOfBoth('ok', null) } });
  await service.stop();
});

test('the process writes to a log whose schema has another name', async () => {
  await using database = await testDatabase([]);
  await migrate(database.url, [ledgerMigrations], { schemas: { ledger: 'ledger_eu' } });
  await using sqs = await startSqs();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const queue = await sqs.createQueue('settlement-events');
  const service = await createWriterProcess({
    DATABASE_URL: await database.login('settlement_writer'),
    SETTLEMENT_LEDGER_SCHEMA: 'ledger_eu',
    SQS_EVENTS_URL: queue,
    SQS_ENDPOINT: sqs.endpoint,
    SETTLEMENT_LOG_LEVEL: 'silent',
  });
  await service.start();
  const owner = new pg.Client(database.url);
  await owner.connect();
  try {
    await sqs.client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'no event' }));
    await eventually(async () => (await owner.query('select from ledger_eu.rejections')).rowCount === 1);
  } finally {
    await owner.end();
    await service.stop();
  }
});
