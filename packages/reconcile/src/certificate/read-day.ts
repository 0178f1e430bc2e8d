/** Everything that is certified of a day, for each partition and for what had none, in one snapshot. */
import type { Kysely } from 'kysely';
import { CERTIFICATE_FORMAT, type DayFigures } from './certificate.ts';
import { expectPostings } from './expect-postings.ts';
import { compareReadings, type Line, NO_CURRENCY, type Reading } from './figures.ts';
import { readFacts } from './read-facts.ts';
import { type IntakeFigure, NO_PARTITION, readIntake } from './read-intake.ts';
import { readJournal } from './read-journal.ts';
import { readLog } from './read-log.ts';
import { readRows } from './read-rows.ts';
import { readAcknowledged, readTransitions } from './read-transitions.ts';
import { readStretches, type Stretch } from './stretch.ts';

export interface PartitionDay extends DayFigures {
  /** What keeps it from being complete: a consumer that is not through with the day. Null when nothing does. */
  readonly waitsFor: string | null;
}

/** -1 first, then the partitions in their order. Throws ReconcileError. */
export function readDay(db: Kysely<unknown>, day: string): Promise<PartitionDay[]> {
  const transaction = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return transaction.execute(async (trx) => {
    const intake = await readIntake(trx, day);
    const stretches = await readStretches(trx, day);
    const log = await readLog(trx, day, stretches);
    const journal = await readJournal(trx, day, stretches);
    const transitions = await readTransitions(trx, stretches);
    const lines = compareReadings({
      expected: [
        ...[...intake].flatMap(([partition, figures]) => appendedOf(partition, figures)),
        ...stretches.map(offsetsOf),
        ...log.expected,
        ...journal.expected,
        ...expectPostings(await readFacts(trx, stretches), stretches),
        ...transitions.expected,
      ],
      actual: [...log.actual, ...journal.actual, ...(await readRows(trx, stretches)), ...transitions.actual],
    });
    const acknowledged = await readAcknowledged(trx, day, stretches);
    const partitions = [{ ...NOWHERE, partition: NO_PARTITION }, ...stretches];
    return partitions.map((stretch) =>
      toPartitionDay(day, stretch, {
        intake: intake.get(stretch.partition) ?? [],
        lines: lines.get(stretch.partition) ?? [],
        acknowledged: acknowledged.filter(({ partition }) => partition === stretch.partition),
      }),
    );
  });
}

interface Parts {
  readonly intake: readonly IntakeFigure[];
  readonly lines: readonly Line[];
  readonly acknowledged: readonly Reading[];
}

const NOWHERE = { fromOffset: 0n, toOffset: 0n, appliedTo: 0n, plannedTo: 0n };

function toPartitionDay(day: string, stretch: Stretch, { intake, lines, acknowledged }: Parts): PartitionDay {
  const { partition, fromOffset, toOffset } = stretch;
  const isEmpty = fromOffset === toOffset;
  return {
    format: CERTIFICATE_FORMAT,
    partition,
    day,
    firstOffset: isEmpty ? null : fromOffset,
    lastOffset: isEmpty ? null : toOffset - 1n,
    received: intake.reduce((sum, { messages }) => sum + messages, 0n),
    intake,
    lines,
    acknowledged: acknowledged.map(({ currency, count, amountMinor }) => ({ currency, count, amountMinor })),
    waitsFor: waitsFor(stretch),
  };
}

function waitsFor({ toOffset, appliedTo, plannedTo }: Stretch): string | null {
  if (appliedTo < toOffset) return `the projector, which is at offset ${appliedTo} of ${toOffset}`;
  if (plannedTo < toOffset) return `webhooks, which are at offset ${plannedTo} of ${toOffset}`;
  return null;
}

function appendedOf(partition: number, figures: readonly IntakeFigure[]): Reading[] {
  return figures
    .filter(({ outcome }) => outcome === 'appended')
    .map(({ currency, messages: count, amountMinor }) => ({
      partition,
      check: 'appended',
      currency,
      count,
      amountMinor,
    }));
}

/** Offsets are dense, so the places of the day say how many events it has. */
function offsetsOf({ partition, fromOffset, toOffset }: Stretch): Reading {
  return { partition, check: 'offsets', currency: NO_CURRENCY, count: toOffset - fromOffset, amountMinor: 0n };
}
