/** Everything that is certified of a day, for each partition and for what had none, in one snapshot. */
import { readAtOneSnapshot } from '@northwind/projector';
import type { Kysely } from 'kysely';
import { CERTIFICATE_FORMAT, type DayFigures } from './certificate.ts';
import { compareReadings, type Line, type Reading } from './figures.ts';
import { type DifferencePlace, locateDifferences } from './locate-differences.ts';
import { type IntakeFigure, NO_PARTITION, readIntake } from './read-intake.ts';
import { readStretchFigures } from './read-stretch-figures.ts';
import { readAcknowledged } from './read-transitions.ts';
import { readStretches, type Stretch } from './stretch.ts';

export interface PartitionDay extends DayFigures {
  /** What keeps it from being complete: a consumer that is not through with the day. Null when nothing does. */
  readonly waitsFor: string | null;
  /** Where its differing lines begin to. */
  readonly places: readonly DifferencePlace[];
}

/** -1 first, then the partitions in their order. Throws ReconcileError. */
export function readDay(db: Kysely<unknown>, day: string): Promise<PartitionDay[]> {
  return readAtOneSnapshot(db, async (trx) => {
    const intake = await readIntake(trx, day);
    const stretches = await readStretches(trx, day);
    const figures = await readStretchFigures(trx, day, stretches);
    const lines = compareReadings({
      expected: [...[...intake].flatMap(([partition, of]) => appendedOf(partition, of)), ...figures.expected],
      actual: figures.actual,
    });
    const acknowledged = await readAcknowledged(trx, day, stretches);
    const partitions = [{ ...NOWHERE, partition: NO_PARTITION }, ...stretches];
    const reports: PartitionDay[] = [];
    for (const stretch of partitions) {
      const ofPartition = lines.get(stretch.partition) ?? [];
      const parts = {
        intake: intake.get(stretch.partition) ?? [],
        lines: ofPartition,
        acknowledged: acknowledged.filter(({ partition }) => partition === stretch.partition),
        places: await locateDifferences(trx, day, stretch, ofPartition),
      };
      reports.push(toPartitionDay(day, stretch, parts));
    }
    return reports;
  });
}

interface Parts {
  readonly intake: readonly IntakeFigure[];
  readonly lines: readonly Line[];
  readonly acknowledged: readonly Reading[];
  readonly places: readonly DifferencePlace[];
}

const NOWHERE = { fromOffset: 0n, toOffset: 0n, appliedTo: 0n, plannedTo: 0n };

function toPartitionDay(day: string, stretch: Stretch, { intake, lines, acknowledged, places }: Parts): PartitionDay {
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
    places,
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
