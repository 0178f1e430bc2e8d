/** What two sources say of the same thing, and whether they agree. */

/** Count and money; 0 where a source does not tell one of them. */
export interface Figure {
  readonly count: bigint;
  readonly amountMinor: bigint;
}

/** What one source says of a partition's day. XXX is no currency, as in the log's tallies. */
export interface Reading extends Figure {
  readonly partition: number;
  readonly check: string;
  readonly currency: string;
}

/** `expected` comes from what lies nearer to the log, `actual` from what follows from it. */
export interface Line {
  readonly check: string;
  readonly currency: string;
  readonly expected: Figure;
  readonly actual: Figure;
  readonly ok: boolean;
}

export interface Readings {
  readonly expected: readonly Reading[];
  readonly actual: readonly Reading[];
}

export const NO_CURRENCY = 'XXX';
const NOTHING: Figure = { count: 0n, amountMinor: 0n };

/** Partition → lines, ordered by check and currency. What is nothing on both sides is left out. */
export function compareReadings({ expected, actual }: Readings): Map<number, Line[]> {
  const sums = { expected: sumUp(expected), actual: sumUp(actual) };
  const lines = new Map<number, Line[]>();
  for (const key of [...new Set([...sums.expected.keys(), ...sums.actual.keys()])].sort()) {
    const line = compare(sums.expected.get(key) ?? NOTHING, sums.actual.get(key) ?? NOTHING);
    if (isNothing(line.expected) && isNothing(line.actual)) continue;
    const [partition, check, currency] = JSON.parse(key) as [number, string, string];
    lines.set(partition, [...(lines.get(partition) ?? []), { check, currency, ...line }]);
  }
  return lines;
}

export function compare(expected: Figure, actual: Figure) {
  const ok = expected.count === actual.count && expected.amountMinor === actual.amountMinor;
  return { expected, actual, ok };
}

function sumUp(readings: readonly Reading[]): Map<string, Figure> {
  const sums = new Map<string, Figure>();
  for (const { partition, check, currency, count, amountMinor } of readings) {
    const key = JSON.stringify([partition, check, currency]);
    const sum = sums.get(key) ?? NOTHING;
    sums.set(key, { count: sum.count + count, amountMinor: sum.amountMinor + amountMinor });
  }
  return sums;
}

const isNothing = ({ count, amountMinor }: Figure) => count === 0n && amountMinor === 0n;
