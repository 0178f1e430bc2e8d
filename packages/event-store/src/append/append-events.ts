/**
 * Appends a batch of events in one call and one transaction.
 *
 * A call that loses the race for a key (another merchant's partition brought the same key at the same moment) or a
 * deadlock is made again here: the second time it sees the other's event and gives the right outcome.
 */
import type { SettlementEvent } from '@northwind/events';
import type pg from 'pg';
import type { Coordinate } from '../coordinate.ts';

export interface EventToAppend {
  readonly event: SettlementEvent;
  /** Partition of the event's merchant. */
  readonly partition: number;
  /** The queue's id of the message that brought it, kept with the event. */
  readonly messageId: string | null;
}

/** What became of one input, with the place of the event: for a duplicate or conflict, of the first with its key. */
export type AppendOutcome =
  | ({ readonly kind: 'appended' } & Coordinate)
  | ({ readonly kind: 'duplicate' } & Coordinate)
  | ({ readonly kind: 'conflict'; readonly fields: readonly string[] } & Coordinate);

interface OutcomeRow {
  outcome: AppendOutcome['kind'];
  partition: number;
  offset: bigint;
  differing_fields: string[] | null;
}

const APPEND = `
  select outcome, "partition", "offset", differing_fields
  from ledger.append_events($1::uuid[], $2::text[], $3::int2[], $4::int2[], $5::text[], $6::text[], $7::timestamptz[],
                            $8::bytea[], $9::text[], $10::text[], $11::jsonb[])`;

/** Every race has a winner, so a handful of turns is ample; more would hide a defect. */
const TRIES_MAX = 10;

/** Returns one outcome per input, in input order. Throws the driver's error when nothing was appended. */
export async function appendEvents(pool: pg.Pool, inputs: readonly EventToAppend[]): Promise<AppendOutcome[]> {
  if (inputs.length === 0) return [];
  const parameters = toArrays(inputs);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await pool.query<OutcomeRow>({ name: 'append_events', text: APPEND, values: parameters });
      if (rows.length !== inputs.length) {
        throw new Error(`append_events answered ${rows.length} outcomes for ${inputs.length} inputs`);
      }
      return rows.map(toOutcome);
    } catch (error) {
      if (attempt === TRIES_MAX || !lostARace(error)) throw error;
    }
  }
}

function toArrays(inputs: readonly EventToAppend[]): unknown[] {
  const column = <T>(pick: (input: EventToAppend) => T): T[] => inputs.map(pick);
  return [
    column((i) => i.event.idempotencyKey),
    column((i) => i.event.type),
    column((i) => i.event.version),
    column((i) => i.partition),
    column((i) => i.event.merchantId),
    column((i) => i.event.subject),
    column((i) => i.event.occurredAt),
    column((i) => Buffer.from(i.event.fingerprint)),
    column((i) => i.messageId),
    column((i) => i.event.traceparent),
    column((i) => i.event.canonicalData),
  ];
}

function toOutcome(row: OutcomeRow): AppendOutcome {
  const { outcome: kind, partition, offset } = row;
  return kind === 'conflict'
    ? { kind, partition, offset, fields: row.differing_fields ?? [] }
    : { kind, partition, offset };
}

function lostARace(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  const deadlock = code === '40P01';
  return deadlock || (code === '23505' && constraint === 'events_idempotency_key_unique');
}
