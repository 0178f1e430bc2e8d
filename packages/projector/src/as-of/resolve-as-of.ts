/**
 * A place in the past, as an offset of one partition. What is asked for must have been applied already: an answer about
 * a part of what is asked would be a wrong one.
 */
import type { Coordinate } from '@northwind/event-store';
import { type Instant, partitionOf } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';

/** A coordinate: after that event. A time: after the last event that the log had recorded by then. */
export type Moment = { readonly at: Coordinate } | { readonly time: Instant };

/** What was asked for is not there to be told; the message says what to do. */
export class AsOfError extends Error {
  override name = 'AsOfError';
}

/** Of a merchant's partition; -1n is the place before its first event. */
export async function resolveOfMerchant(
  db: Kysely<ReadTables>,
  merchantId: string,
  moment: Moment,
): Promise<Coordinate> {
  const { offsets } = await readPosition(db);
  const partition = partitionOf(merchantId, offsets.size);
  if ('at' in moment && moment.at.partition !== partition) {
    throw new AsOfError(`${merchantId} is in partition ${partition}; ask as of ${partition}:<offset>, or as of a time`);
  }
  const offset = 'at' in moment ? moment.at.offset : await readOffsetAt(db, partition, moment.time);
  const applied = offsets.get(partition) ?? -1n;
  if (offset > applied) {
    throw new AsOfError(`partition ${partition} is applied up to offset ${applied}, not yet to ${offset}`);
  }
  return { partition, offset };
}

/** Of every partition, in their order. */
export async function resolveAll(db: Kysely<ReadTables>, time: Instant): Promise<Coordinate[]> {
  const { offsets } = await readPosition(db);
  const places = await readOffsetsAt(db, time);
  for (const partition of offsets.keys()) {
    const applied = offsets.get(partition) ?? -1n;
    const offset = places.get(partition);
    if (offset === undefined) throw new AsOfError(`partition ${partition} has a hole; settle verify tells where`);
    if (offset > applied) {
      throw new AsOfError(`partition ${partition} is applied up to offset ${applied}, not yet to ${offset}`);
    }
  }
  return [...places].map(([partition, offset]) => ({ partition, offset })).sort((a, b) => a.partition - b.partition);
}

async function readOffsetAt(db: Kysely<ReadTables>, partition: number, time: Instant): Promise<bigint> {
  const offset = (await readOffsetsAt(db, time)).get(partition);
  if (offset === undefined) throw new AsOfError(`partition ${partition} has a hole; settle verify tells where`);
  return offset;
}

async function readOffsetsAt(db: Kysely<ReadTables>, time: Instant): Promise<Map<number, bigint>> {
  const { rows } = await sql<Coordinate & { isToCome: boolean }>`
    select of_partition as partition, last_offset as "offset", ${time}::timestamptz > clock_timestamp() as "isToCome"
    from ledger.offsets_at(${time}::timestamptz)`.execute(db);
  if (rows[0]?.isToCome) throw new AsOfError(`${time} is yet to come`);
  return new Map(rows.map(({ partition, offset }) => [partition, offset]));
}
