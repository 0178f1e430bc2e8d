/**
 * Appends a batch of events in one call and one transaction.
 *
 * A call that loses the race for a key (another merchant's partition brought the same key at the same moment) or a
 * deadlock is made again here: the second time it sees the other's event and gives the right outcome.
 */
import type { SettlementEvent } from '@northwind/events';
import {
  byteaArray,
  int2Array,
  int8Array,
  jsonbArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '@northwind/service-kit';
import type pg from 'pg';
import type { Coordinate } from '../coordinate.ts';
import { isRaceLost } from '../errors/ledger-errors.ts';
import type { ParameterMemory } from './parameter-memory.ts';

export interface IncomingEvent {
  readonly event: SettlementEvent;
  /** The queue's id of the message that brought it, kept with the event. */
  readonly messageId: string | null;
}

/** What became of one input, with the place of the event: for a duplicate or conflict, of the first with its key. */
export type AppendOutcome =
  | ({ readonly kind: 'appended' } & Coordinate)
  | ({ readonly kind: 'duplicate' } & Coordinate)
  | ({ readonly kind: 'conflict'; readonly fields: readonly string[] } & Coordinate);

/**
 * One row for the batch; the arrays, one element an input, as PostgreSQL writes them: `{1,2,3}`. No element of theirs
 * needs quotes, so splitting does, at a small part of what the driver's parser of any array costs.
 */
interface OutcomesRow {
  /** Null when every input was appended, hence to the partition that was asked for. */
  outcomes: string | null;
  partitions: string | null;
  offsets: string;
  /** Of the conflicts, by position from 1. */
  differing_fields: Readonly<Record<string, readonly string[]>> | null;
}

const APPEND = `
  select outcomes::text, case when outcomes is not null then partitions::text end as partitions, offsets::text,
         differing_fields
  from ledger.append_events($1::uuid[], $2::text[], $3::int2[], $4::int2[], $5::text[], $6::text[], $7::timestamptz[],
                            $8::bytea[], $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::int8[])`;

/** Every race has a winner, so a handful of turns is ample; more would hide a defect. */
const TRIES_MAX = 10;

/** Returns one outcome per input, in input order. Throws the driver's error when nothing was appended. */
export async function appendEvents(pool: pg.Pool, { inputs, partitions, memory }: Batch): Promise<AppendOutcome[]> {
  if (inputs.length === 0) return [];
  const values = toArrays({ inputs, partitions, memory });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await pool.query<OutcomesRow>({ name: 'append_events', text: APPEND, values });
      memory.release();
      return toOutcomes(rows[0], partitions);
    } catch (error) {
      if (attempt === TRIES_MAX || !isRaceLost(error)) throw error;
    }
  }
}

interface Batch {
  readonly inputs: readonly IncomingEvent[];
  /** Of each input's merchant. */
  readonly partitions: readonly number[];
  readonly memory: ParameterMemory;
}

function toArrays({ inputs, partitions, memory }: Batch): Buffer[] {
  return [
    uuidArray(inputs, (i) => i.event.idempotencyKey, memory),
    textArray(inputs, (i) => i.event.type, memory),
    int2Array(inputs, (i) => i.event.version, memory),
    int2Array(partitions, (partition) => partition, memory),
    textArray(inputs, (i) => i.event.merchantId, memory),
    textArray(inputs, (i) => i.event.subject, memory),
    timestamptzArray(inputs, (i) => i.event.occurredAt, memory),
    byteaArray(inputs, (i) => i.event.fingerprint, memory),
    textArray(inputs, (i) => i.messageId, memory),
    textArray(inputs, (i) => i.event.traceparent, memory),
    jsonbArray(inputs, (i) => i.event.canonicalData, memory),
    textArray(inputs, (i) => i.event.money?.currency ?? null, memory),
    int8Array(inputs, (i) => i.event.money?.amountMinor ?? null, memory),
  ];
}

function toOutcomes(row: OutcomesRow | undefined, asked: readonly number[]): AppendOutcome[] {
  if (row === undefined) throw new Error('append_events gave no answer');
  const inputs = asked.length;
  const offsets = elements(row.offsets);
  const partitions = row.partitions === null ? asked : elements(row.partitions).map(Number);
  const kinds = row.outcomes === null ? undefined : elements(row.outcomes);
  if (partitions.length !== inputs || offsets.length !== inputs || (kinds?.length ?? inputs) !== inputs) {
    throw new Error(`append_events answered ${offsets.length} outcomes for ${inputs} inputs`);
  }
  return offsets.map((offset, i) => {
    const at = { partition: partitions[i] ?? Number.NaN, offset: BigInt(offset) };
    const kind = kinds?.[i] ?? 'appended';
    if (kind === 'conflict') return { kind, ...at, fields: row.differing_fields?.[i + 1] ?? [] };
    if (kind === 'appended' || kind === 'duplicate') return { kind, ...at };
    throw new Error(`append_events answered ${kind}, which is no outcome`);
  });
}

function elements(array: string): string[] {
  return array.slice(1, -1).split(',');
}
