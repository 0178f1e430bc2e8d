/**
 * The event where a difference begins. What a stretch of the log has to bring about is the sum of what its parts have
 * to, so a stretch that differs has a half that does: halving finds the first event in a few steps, whatever the day.
 */
import type { Kysely } from 'kysely';
import { compareReadings, type Line } from './figures.ts';
import { OF_WHOLE_DAYS, readStretchFigures } from './read-stretch-figures.ts';
import type { Stretch } from './stretch.ts';

/** The line of a partition's certificate that differs, and the first event of its day that makes it differ. */
export interface DifferencePlace extends Pick<Line, 'check' | 'currency'> {
  readonly offset: bigint;
}

/** Of the lines of one partition; those that only a whole day has are left out. */
export async function locateDifferences(
  db: Kysely<unknown>,
  day: string,
  stretch: Stretch,
  lines: readonly Line[],
): Promise<DifferencePlace[]> {
  const differing = lines.filter(({ ok, check }) => !ok && !OF_WHOLE_DAYS.has(check));
  if (differing.length === 0) return [];
  const { fromOffset, toOffset } = stretch;
  if (toOffset - fromOffset <= 1n) {
    return differing.map(({ check, currency }) => ({ check, currency, offset: fromOffset }));
  }
  const middle = (fromOffset + toOffset) / 2n;
  const first = narrow(stretch, fromOffset, middle);
  const found = compareReadings(await readStretchFigures(db, day, [first])).get(stretch.partition) ?? [];
  const inFirst = found.filter((line) => differing.some(isSame(line)));
  const inSecond = differing.filter((line) => !inFirst.some((each) => !each.ok && isSame(line)(each)));
  return [
    ...(await locateDifferences(db, day, first, inFirst)),
    ...(await locateDifferences(db, day, narrow(stretch, middle, toOffset), inSecond)),
  ];
}

const isSame = (line: Line) => (other: Line) => line.check === other.check && line.currency === other.currency;

function narrow({ partition, appliedTo, plannedTo }: Stretch, fromOffset: bigint, toOffset: bigint): Stretch {
  const within = (offset: bigint) => (offset < fromOffset ? fromOffset : offset > toOffset ? toOffset : offset);
  return { partition, fromOffset, toOffset, appliedTo: within(appliedTo), plannedTo: within(plannedTo) };
}
