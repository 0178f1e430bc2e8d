/**
 * Transitions into the log at a fixed rate, and for each the time from its commit to the arrival of the POST. The run
 * is void unless every one that was published is accounted for: arrived, missing, or cut off by the end.
 */
import { openDatabase, systemClock } from '@northwind/service-kit';
import { merchantName } from '../e2e/schedule-events.ts';
import { VoidRun } from '../harness/benchmark.ts';
import { appendOnSchedule, type DueEvent } from '../live/append-on-schedule.ts';
import { withClient } from '../postgres/bench-server.ts';
import { machineMs } from './machine-clock.ts';
import type { Receiver } from './receiver.ts';
import { scheduleTransitions, type TransitionsLoad } from './schedule-transitions.ts';

export interface SteadyOptions extends Omit<TransitionsLoad, 'startMs'> {
  readonly url: string;
  readonly receiver: Receiver;
  /** Endpoints that are not waited for and not measured: those of the first merchants. */
  readonly disturbed?: readonly string[];
  readonly signal: AbortSignal;
}

export interface Steady {
  /** Of each delivery that arrived, without the warm-up. */
  readonly latenciesMs: readonly number[];
  readonly published: number;
  /** Arrived at least once. */
  readonly completed: number;
  /** Finished without having arrived, or never planned. */
  readonly missing: number;
  /** Not finished when the run ended. */
  readonly cutOff: number;
  /** Requests beyond the first of a delivery. */
  readonly doubled: number;
}

const WARM_UP_SECONDS = 5;
/** At 500 events a second batches of five: a writer's hold up to ten from each answer of SQS. */
const TICK_MS = 10;
const QUIET_TIMEOUT_MS = 30_000;

const PLANNED = `
  select webhook_id as "webhookId", partition, "offset", state from delivery.deliveries
  where body like $1 and not endpoint_id = any ($2)`;

export async function measureSteady(options: SteadyOptions): Promise<Steady> {
  const { url, receiver, disturbed = [], signal, ...load } = options;
  const schedule = scheduleTransitions({ ...load, startMs: systemClock.nowMs() });
  const before = (await receiver.requests()).ids.length;
  await using database = openDatabase<unknown>({ url, applicationName: 'bench', connectionsMax: 3 });
  const aheadMs = machineMs() - systemClock.monotonicMs();
  const committed = await appendOnSchedule(schedule, { database, signal, tickMs: TICK_MS });
  await whenQuiet(url, disturbed, signal);

  const { ids, arrivals } = await receiver.requests();
  const arrivedAt = new Map<string, number>();
  let requests = 0;
  const planned = await withClient(url, async (client) => {
    type Row = { webhookId: string; partition: number; offset: bigint; state: string };
    return (await client.query<Row>(PLANNED, [`%po_${load.name}_%`, disturbed])).rows;
  });
  const mine = new Set(planned.map(({ webhookId }) => webhookId));
  for (const [n, id] of ids.entries()) {
    if (n < before || !mine.has(id)) continue;
    requests += 1;
    if (!arrivedAt.has(id)) arrivedAt.set(id, arrivals[n] ?? Number.NaN);
  }
  const ofDisturbed = new Set(disturbed.map((_, nth) => merchantName(nth)));
  const isDisturbed = (due: DueEvent | undefined) => due !== undefined && ofDisturbed.has(due.event.merchantId);
  const byPlace = new Map(planned.map((row) => [`${row.partition}:${row.offset}`, row]));
  const counts = { published: 0, completed: 0, missing: 0, cutOff: 0 };
  const latenciesMs: number[] = [];
  for (const [n, { partition, offset, committedMs }] of committed.entries()) {
    const row = byPlace.get(`${partition}:${offset}`);
    if (isDisturbed(schedule[n])) continue;
    counts.published += 1;
    const atMs = row && arrivedAt.get(row.webhookId);
    if (atMs !== undefined) {
      counts.completed += 1;
      if ((schedule[n]?.atMs ?? 0) >= WARM_UP_SECONDS * 1_000) latenciesMs.push(atMs - aheadMs - committedMs);
    } else if (row?.state === 'pending') counts.cutOff += 1;
    else counts.missing += 1;
  }
  const { published, completed, missing, cutOff } = counts;
  if (published !== completed + missing + cutOff || planned.length > published) {
    throw new VoidRun(`${published} published are not ${completed} + ${missing} + ${cutOff} of ${planned.length}`);
  }
  return { latenciesMs, ...counts, doubled: requests - arrivedAt.size };
}

/** Resolves when all groups stand at the log's end and no delivery is pending, or after a while. */
async function whenQuiet(url: string, disturbed: readonly string[], signal: AbortSignal): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + QUIET_TIMEOUT_MS;
  await withClient(url, async (client) => {
    while (systemClock.monotonicMs() < deadlineMs) {
      const { rows } = await client.query<{ busy: bigint }>(
        `select (select count(*) from delivery.queue where not endpoint_id = any ($1))
          + (select count(*) from ledger.consumer_offsets o join ledger.partitions p using (partition)
             where o.consumer_group in (
                     'webhooks', (select consumer_group from read.generations where status = 'active'))
               and o.next_offset < p.next_offset) as busy`,
        [disturbed],
      );
      if (Number(rows[0]?.busy) === 0) return;
      await systemClock.sleep(100, signal);
    }
  });
}
