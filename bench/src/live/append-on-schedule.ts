/**
 * Appends each event at its time, however long the ones before take (open loop). What falls due while an append is
 * under way goes into the next one, as a writer's batches do; the doorbell is rung after each commit.
 */
import { createDoorbell, createEventLog, DOORBELL_LEDGER, type IncomingEvent } from '@northwind/event-store';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { createLogger, type Database, systemClock } from '@northwind/service-kit';
import { VoidRun } from '../harness/benchmark.ts';
import type { CommittedEvent } from './visible-latencies.ts';

export interface DueEvent {
  readonly event: IncomingEvent['event'];
  /** Milliseconds after the start. */
  readonly atMs: number;
}

export interface AppendOptions {
  readonly database: Database<unknown>;
  readonly signal: AbortSignal;
  /** How long events gather before each append. */
  readonly tickMs?: number;
}

const TICK_MS = 2;

/** Throws when the event is not one that the catalogue takes. */
export function toDueEvent(event: CloudEvent, atMs: number, startMs: number): DueEvent {
  const parsed = parseEvent(toJson(event), { receivedAtMs: startMs + atMs + 1_000 });
  if (!parsed.ok) throw new Error(`the schedule has no event at ${atMs}: ${parsed.rejection.message}`);
  return { atMs, event: parsed.event };
}

/** Resolves when all are committed, with the place and the times of each. */
export async function appendOnSchedule(
  schedule: readonly DueEvent[],
  { database, signal, tickMs = TICK_MS }: AppendOptions,
): Promise<CommittedEvent[]> {
  const log = createEventLog(database);
  const logger = createLogger({ name: 'bench', level: 'error' });
  const doorbell = createDoorbell({ database, channel: DOORBELL_LEDGER, logger });
  const committed: CommittedEvent[] = [];
  const startMs = systemClock.monotonicMs();
  try {
    for (let next = 0; next < schedule.length; ) {
      await systemClock.sleep(tickMs, signal);
      const due = takeDue(schedule, next, systemClock.monotonicMs() - startMs);
      if (due.length === 0) continue;
      next += due.length;
      const outcomes = await log.append(due.map(({ event }) => ({ event, messageId: null })));
      const committedMs = systemClock.monotonicMs();
      doorbell.ring();
      for (const [i, { kind, partition, offset }] of outcomes.entries()) {
        if (kind !== 'appended') throw new VoidRun(`event ${next - due.length + i} was ${kind}, not appended`);
        committed.push({ partition, offset, committedMs, dueMs: startMs + (due[i]?.atMs ?? Number.NaN) });
      }
    }
    return committed;
  } finally {
    await doorbell.close();
  }
}

function takeDue(schedule: readonly DueEvent[], from: number, elapsedMs: number): readonly DueEvent[] {
  let end = from;
  while ((schedule[end]?.atMs ?? Number.POSITIVE_INFINITY) <= elapsedMs) end += 1;
  return schedule.slice(from, end);
}
