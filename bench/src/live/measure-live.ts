/** Events into a log at a fixed rate while a projector runs, and how soon the rows of each are visible. */
import { openDatabase, systemClock } from '@northwind/service-kit';
import { scheduleEvents } from '../e2e/schedule-events.ts';
import { VoidRun } from '../harness/benchmark.ts';
import { withClient } from '../postgres/bench-server.ts';
import { appendOnSchedule, type DueEvent, toDueEvent } from './append-on-schedule.ts';
import { readCommitTimes } from './read-commit-times.ts';
import { whenCaughtUp } from './start-projector.ts';
import { type VisibleLatencies, visibleLatencies } from './visible-latencies.ts';

export interface LiveLoad {
  /** A projector must be running on it. */
  readonly url: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly merchants: number;
  /** Events of earlier loads on the same log. */
  readonly after?: number;
  /** Begun when the warm-up is over; then only what is committed before it ends counts. */
  readonly beside?: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Events that come before those that count. */
export const WARM_UP_SECONDS = 5;

/** Throws VoidRun when an event is not appended, or has no rows, and what `beside` throws. */
export async function measureLive({ url, signal, beside, ...load }: LiveLoad): Promise<VisibleLatencies> {
  const schedule = makeSchedule(load);
  await using database = openDatabase<unknown>({ url, applicationName: 'bench', connectionsMax: 3 });
  const ending = beside ? endOf(beside, signal) : Promise.resolve(Number.POSITIVE_INFINITY);
  ending.catch(() => undefined); // told below, when the load is through
  const committed = await appendOnSchedule(schedule, { database, signal });
  const endMs = await ending;
  await whenCaughtUp(url, signal);
  const isWarm = (n: number) => (schedule[n]?.atMs ?? 0) >= WARM_UP_SECONDS * 1000;
  const counted = committed.filter(({ committedMs }, n) => isWarm(n) && committedMs <= endMs);
  const latencies = visibleLatencies(counted, await withClient(url, readCommitTimes));
  if (latencies.missing > 0) throw new VoidRun(`${latencies.missing} of ${counted.length} events have no rows`);
  return latencies;
}

async function endOf(beside: () => Promise<void>, signal: AbortSignal): Promise<number> {
  await systemClock.sleep(WARM_UP_SECONDS * 1000, signal);
  await beside();
  return systemClock.monotonicMs();
}

/** All events are made and parsed before any clock runs. */
function makeSchedule({ seconds, ...load }: Omit<LiveLoad, 'url' | 'signal' | 'beside'>): DueEvent[] {
  const startMs = systemClock.nowMs();
  return scheduleEvents({ ...load, seconds: seconds + WARM_UP_SECONDS, startMs }).map(({ atMs, event }) =>
    toDueEvent(event, atMs, startMs),
  );
}
