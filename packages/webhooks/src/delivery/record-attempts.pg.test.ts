import { eventually } from '@northwind/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { openQueue, record } from '../../test/open-queue.ts';
import { type ClaimLimits, claimDeliveries } from './claim-deliveries.ts';

const limits: ClaimLimits = { deliveriesMax: 8, retriesMax: 8, leaseMs: 30_000 };

test.each(['delivered', 'server_error'] as const)(
  'a late “%s” moves nothing of a delivery that was claimed again while it waited',
  async (outcome) => {
    await using queue = await openQueue();
    await queue.fill('a', { first: 1, retries: 0 });
    const claimed = await claimDeliveries(queue.db, limits);
    const other = new Client(queue.url);
    await other.connect();
    await other.query(`begin; update delivery.queue set attempt = attempt + 1, due_at = now() + interval '1 hour'`);
    const [before] = (await other.query('select * from delivery.queue')).rows;
    const recording = record(queue.db, claimed, { outcome });
    await eventually(async () => {
      const { rows } = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(queue.db);
      return rows.length === 1;
    });
    await other.query('commit');
    expect((await recording).outcomes).toEqual(['fenced']);
    expect((await other.query('select * from delivery.queue')).rows).toEqual([before]);
    await other.end();
  },
);
