/** `--min-offset`: what is printed holds a certain event, for a script that has to see what it sent. */
import type { Coordinate } from '@northwind/event-store';
import { partitionOf } from '@northwind/events';
import type { ReadTables } from '@northwind/projector/tables';
import { type Clock, StartupError, systemClock } from '@northwind/service-kit';
import { type Command, InvalidArgumentError } from 'commander';
import type { Kysely } from 'kysely';
import { aMoment } from './moment.ts';
import { UsageError } from './usage-error.ts';

const WAIT_MS = 10_000;
const POLL_MS = 50;

export function addMinOffsetOption(command: Command): Command {
  return command.option('--min-offset <place>', 'wait until this event is applied (4:120033), 10 s at most', aPlace);
}

function aPlace(text: string): Coordinate {
  const moment = /\d[:/]\d/.test(text) ? aMoment(text) : null;
  if (moment !== null && 'at' in moment) return moment.at;
  throw new InvalidArgumentError('It is a place in the log: 4:120033.');
}

export interface OffsetWish {
  readonly minOffset?: Coordinate | undefined;
  /** Where one is named, the place has to be in its partition: in another it would say nothing. */
  readonly merchant?: string | undefined;
}

/** Returns at once when nothing is wished for. Throws a StartupError when the event is not applied in time. */
export async function awaitOffset(
  db: Kysely<ReadTables>,
  { minOffset, merchant }: OffsetWish,
  clock: Clock = systemClock,
): Promise<void> {
  if (minOffset === undefined) return;
  const { readPosition } = await import('@northwind/projector');
  const { partition, offset } = minOffset;
  const deadline = clock.monotonicMs() + WAIT_MS;
  for (;;) {
    const { offsets } = await readPosition(db);
    requirePartition(minOffset, { merchant, partitions: offsets.size });
    const applied = offsets.get(partition) ?? -1n;
    if (applied >= offset) return;
    if (clock.monotonicMs() >= deadline) {
      throw new StartupError(`partition ${partition} is applied up to offset ${applied}, not yet to ${offset}`, {
        hint: 'settle groups tells what is applied',
      });
    }
    await clock.sleep(POLL_MS);
  }
}

function requirePartition(
  { partition }: Coordinate,
  { merchant, partitions }: { readonly merchant: string | undefined; readonly partitions: number },
): void {
  if (partition >= partitions) {
    throw new UsageError(`--min-offset: there is no partition ${partition}`, { hint: `there are ${partitions}` });
  }
  if (merchant === undefined) return;
  const own = partitionOf(merchant, partitions);
  if (own === partition) return;
  throw new UsageError(`--min-offset: ${merchant} is in partition ${own}`, { hint: `wait for ${own}:<offset>` });
}
