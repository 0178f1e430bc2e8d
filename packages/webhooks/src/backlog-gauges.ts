/** What waits in the database beside the deliveries themselves, counted whenever the metrics are read. */
import { Gauge, type Registry } from '@northwind/service-kit';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DeliveryTables } from './tables.ts';

export function createBacklogGauges(registry: Registry, db: Kysely<DeliveryTables>): void {
  createGauge(registry, {
    name: 'webhook_dead_letters_untold',
    help: 'Dead letters that SQS has not taken yet; NaN while the database is away',
    count: () => countRows(db, sql`delivery.dead_letters where announce_at is not null`),
  });
  createGauge(registry, {
    name: 'webhook_resend_jobs_open',
    help: 'Bulk re-sends that are not finished, paused ones among them; NaN while the database is away',
    count: () => countRows(db, sql`delivery.resend_jobs where finished_at is null`),
  });
}

interface GaugeWish {
  readonly name: string;
  readonly help: string;
  readonly count: () => Promise<number>;
}

function createGauge(registry: Registry, { name, help, count }: GaugeWish): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await count().catch(() => Number.NaN));
    },
  });
}

/** `selected`: what a partial index holds and nothing else. */
async function countRows(db: Kysely<DeliveryTables>, selected: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from ${selected}`.execute(db);
  return rows[0]?.count ?? 0;
}
