/** `RESEND_COUNT=100000` runs it at the size that the promise names. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { environment, randomBytes } from '@northwind/service-kit';
import { eventually, startFakeMerchant } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, SECRETS_KEY, type Stage } from '../../test/open-stage.ts';
import { plantExhausted } from '../../test/plant-exhausted.ts';
import type { DeliveryTables } from '../tables.ts';
import { createResendJob } from './create-resend-job.ts';
import { readResendJob } from './read-resend-jobs.ts';

const COUNT = Number(environment().RESEND_COUNT ?? 3_000);
const RATE = 2_000;
const ENDPOINTS = 4;
const TIMEOUT_MS = 120_000 + COUNT * 10;
const MAIN = join(import.meta.dirname, '../main.ts');

test('a bulk re-send goes on after kill -9 in the middle, with exact counts', { timeout: TIMEOUT_MS }, async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  for (let i = 0; i < ENDPOINTS; i += 1) {
    const { endpoint } = await stage.register(merchant.url);
    await plantExhausted(stage, endpoint.endpointId, { count: COUNT / ENDPOINTS });
  }
  await sql`update delivery.endpoints set concurrency_max = 32`.execute(stage.db);
  const db = stage.db as unknown as Kysely<DeliveryTables>;
  const filter = { merchantId: MERCHANT, states: ['exhausted'] } as const;
  const { jobId, total } = await createResendJob(
    db,
    { filter, requestedBy: 'ada', ratePerSecond: RATE },
    { randomBytes },
  );
  expect(total).toBe(BigInt(COUNT));
  const job = async () => {
    const found = await readResendJob(db, { merchantId: MERCHANT, jobId });
    if (found === null) throw new Error('the job is gone');
    const { total: all, ...states } = found.progress;
    expect(Object.values(states).reduce((sum, items) => sum + items, 0n)).toBe(all);
    return found;
  };

  const first = startWorker(stage);
  await eventually(() => merchant.requests.length >= COUNT / 3, { timeoutMs: TIMEOUT_MS });
  first.kill('SIGKILL');
  await once(first, 'close');
  expect((await job()).finishedAt).toBeNull();
  // Half a minute passes: the leases of the one that was killed end.
  await sql`update delivery.queue set due_at = now() where claimed_at is not null`.execute(stage.db);

  const second = startWorker(stage);
  try {
    await eventually(async () => (await job()).finishedAt !== null, { timeoutMs: TIMEOUT_MS });
  } finally {
    second.kill('SIGTERM');
    await once(second, 'close');
  }
  const { state, progress } = await job();
  expect({ state, ...progress }).toEqual({
    ...{ state: 'completed', total: BigInt(COUNT), delivered: BigInt(COUNT) },
    ...{ waiting: 0n, sending: 0n, exhausted: 0n, cancelled: 0n, skipped: 0n },
  });
  expect(await leftOver(stage)).toEqual({ deadLetters: 0n, queue: 0n });
  const requests = Map.groupBy(merchant.requests, ({ headers }) => headers['webhook-id'] ?? '');
  expect(requests.size).toBe(COUNT);
  const lost = await lostAttempts(stage);
  for (const [webhookId, { length }] of requests) {
    if (length > 1) expect([webhookId, length]).toEqual([webhookId, 1 + (lost.get(webhookId) ?? 0)]);
  }
});

async function leftOver(stage: Stage) {
  const { rows } = await sql`
    select (select count(*) from delivery.dead_letters) as "deadLetters",
           (select count(*) from delivery.queue) as queue`.execute(stage.db);
  return rows[0];
}

/** By webhook id: requests that the merchant may have got from the worker that was killed. */
async function lostAttempts(stage: Stage): Promise<Map<string, number>> {
  const { rows } = await sql<{ webhookId: string; lost: number }>`
    select d.webhook_id as "webhookId", count(*)::int4 as lost
    from delivery.attempts a join delivery.deliveries d on d.delivery_id = a.delivery_id
    where a.outcome = 'lease_expired' group by 1`.execute(stage.db);
  return new Map(rows.map(({ webhookId, lost }) => [webhookId, lost]));
}

function startWorker(stage: Stage): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    stdio: 'ignore',
    env: {
      PATH: environment().PATH,
      DATABASE_URL: stage.url,
      SETTLEMENT_SECRETS_KEY: SECRETS_KEY,
      SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: 'true',
    },
  });
}
