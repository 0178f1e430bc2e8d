/** Where a day lies in the log, partition by partition, and how far of it has come through. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { addDays, endOf } from '../day.ts';
import { ReconcileError } from '../reconcile-error.ts';

export interface Stretch {
  readonly partition: number;
  /** The first offset of the day, and the first after it; equal when nothing was appended. */
  readonly fromOffset: bigint;
  readonly toOffset: bigint;
  /** The first offset that the active read models have not applied yet, within the stretch. */
  readonly appliedTo: bigint;
  /** The same for webhooks, which follow the read models. */
  readonly plannedTo: bigint;
}

interface Row {
  readonly partition: number;
  readonly fromOffset: bigint | null;
  readonly toOffset: bigint | null;
  readonly applied: bigint;
  readonly planned: bigint;
}

/** In the order of the partitions. Throws ReconcileError when a partition has a hole. */
export async function readStretches(db: Kysely<unknown>, day: string): Promise<Stretch[]> {
  const { rows } = await sql<Row>`
    select p.partition, before.last_offset + 1 as "fromOffset", at_end.last_offset + 1 as "toOffset",
           coalesce(r.next_offset, 0) as applied, coalesce(w.next_offset, 0) as planned
    from ledger.partitions p
    cross join read.generations g
    left join ledger.offsets_at(${endOf(addDays(day, -1))}::timestamptz) before on before.of_partition = p.partition
    left join ledger.offsets_at(${endOf(day)}::timestamptz) at_end on at_end.of_partition = p.partition
    left join ledger.consumer_offsets r on r.consumer_group = g.consumer_group and r.partition = p.partition
    left join ledger.consumer_offsets w on w.consumer_group = 'webhooks' and w.partition = p.partition
    where g.status = 'active'
    order by p.partition`.execute(db);
  if (rows.length === 0) throw new ReconcileError('no read models are active; run: settle migrate');
  return rows.map(toStretch);
}

function toStretch({ partition, fromOffset, toOffset, applied, planned }: Row): Stretch {
  if (fromOffset === null || toOffset === null) {
    throw new ReconcileError(`partition ${partition} has a hole; settle verify tells where`);
  }
  const appliedTo = within(applied, fromOffset, toOffset);
  return { partition, fromOffset, toOffset, appliedTo, plannedTo: within(planned, fromOffset, appliedTo) };
}

const within = (offset: bigint, low: bigint, high: bigint) => (offset < low ? low : offset > high ? high : offset);

/** The stretches as a table `s(partition, from_offset, to_offset, applied_to, planned_to)`. */
export function stretchTable(stretches: readonly Stretch[]): RawBuilder<unknown> {
  const column = (pick: (stretch: Stretch) => bigint) => stretches.map(pick);
  return sql`unnest(
    ${stretches.map(({ partition }) => partition)}::int2[], ${column((s) => s.fromOffset)}::int8[],
    ${column((s) => s.toOffset)}::int8[], ${column((s) => s.appliedTo)}::int8[], ${column((s) => s.plannedTo)}::int8[]
  ) as s(partition, from_offset, to_offset, applied_to, planned_to)`;
}
