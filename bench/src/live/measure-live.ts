/** Events into a log at a fixed rate while a projector runs, and how soon a reader of the read models sees each. */
import { parseEvent, toJson } from '@northwind/events';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { scheduleEvents } from '../e2e/schedule-events.ts';
import { VoidRun } from '../harness/benchmark.ts';
import { appendOnSchedule, type DueEvent } from './append-on-schedule.ts';
import { type VisibleLatencies, visibleLatencies } from './visible-latencies.ts';
import { watchReadModels } from './watch-read-models.ts';

export interface LiveLoad {
  /** A projector must be running on it. */
  readonly url: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly merchants: number;
  /** Events of earlier loads on the same log. */
  readonly after?: number;
  readonly signal: AbortSignal;
}

/** Events that come before those that count. */
const WARM_UP_SECONDS = 5;
const SEEN_TIMEOUT_MS = 30_000;

/** Throws VoidRun when an event is not appended, or never seen. */
export async function measureLive({ url, signal, ...load }: LiveLoad): Promise<VisibleLatencies> {
  const schedule = makeSchedule(load);
  await using database = openDatabase<unknown>({ url, applicationName: 'bench', connectionsMax: 6 });
  const watcher = watchReadModels(database);
  await watcher.start();
  try {
    const committed = await appendOnSchedule(schedule, { database, signal });
    const deadlineMs = systemClock.monotonicMs() + SEEN_TIMEOUT_MS;
    while (visibleLatencies(committed, watcher.sightings).missing > 0 && systemClock.monotonicMs() < deadlineMs) {
      await systemClock.sleep(100, signal);
    }
    const counted = committed.filter((_, n) => (schedule[n]?.atMs ?? 0) >= WARM_UP_SECONDS * 1000);
    const latencies = visibleLatencies(counted, watcher.sightings);
    if (latencies.missing > 0) throw new VoidRun(`${latencies.missing} of ${counted.length} events were never seen`);
    return latencies;
  } finally {
    await watcher.stop();
  }
}

/** All events are made and parsed before any clock runs. */
function makeSchedule({ seconds, ...load }: Omit<LiveLoad, 'url' | 'signal'>): DueEvent[] {
  const startMs = systemClock.nowMs();
  return scheduleEvents({ ...load, seconds: seconds + WARM_UP_SECONDS, startMs }).map(({ atMs, event }) => {
    const parsed = parseEvent(toJson(event), { receivedAtMs: startMs + atMs + 1_000 });
    if (!parsed.ok) throw new Error(`the schedule has no event at ${atMs}: ${parsed.rejection.message}`);
    return { atMs, event: parsed.event };
  });
}
