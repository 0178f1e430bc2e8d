// The available balance since the page opened. It holds its value between changes, so the line is drawn in steps.

export interface Sample {
  readonly atMs: number;
  readonly amountMinor: bigint;
}

export type Series = readonly Sample[];

/** A page left open all day keeps its shape in this many points. */
export const SAMPLES_MAX = 480;
/** Changes closer together than this are one point: no screen shows them apart. */
export const SAMPLE_EVERY_MS = 250;

export function addSample(series: Series, sample: Sample): Series {
  const last = series.at(-1);
  if (last?.amountMinor === sample.amountMinor) return series;
  if (last !== undefined && sample.atMs - last.atMs < SAMPLE_EVERY_MS) {
    return [...series.slice(0, -1), { ...sample, atMs: last.atMs }];
  }
  const added = [...series, sample];
  // Halve the older points when full: the first and the newest always stay.
  return added.length <= SAMPLES_MAX
    ? added
    : added.filter((_, index) => index % 2 === 0 || index === added.length - 1);
}

export interface ChartBox {
  readonly width: number;
  readonly height: number;
  readonly padding: number;
}

export interface Chart {
  readonly line: string;
  readonly area: string;
  readonly end: { readonly x: number; readonly y: number };
  readonly lowMinor: bigint;
  readonly highMinor: bigint;
}

const rounded = (value: number): string => value.toFixed(1);

/** Pixels are the only place where an amount becomes a double: its share of the range, never the amount itself. */
function shareOf(amountMinor: bigint, lowMinor: bigint, highMinor: bigint): number {
  if (highMinor === lowMinor) return 0.5;
  return Number(((amountMinor - lowMinor) * 10_000n) / (highMinor - lowMinor)) / 10_000;
}

export function drawSteps(series: Series, nowMs: number, box: ChartBox): Chart | null {
  const first = series[0];
  const last = series.at(-1);
  if (first === undefined || last === undefined) return null;
  const ordered = series.map((sample) => sample.amountMinor).toSorted((one, other) => (one < other ? -1 : 1));
  const lowMinor = ordered[0] ?? first.amountMinor;
  const highMinor = ordered.at(-1) ?? first.amountMinor;
  const spanMs = Math.max(1, nowMs - first.atMs);
  const x = (atMs: number): number => box.width * Math.min(1, (atMs - first.atMs) / spanMs);
  const drawable = box.height - 2 * box.padding;
  const y = (amountMinor: bigint): number => box.padding + drawable * (1 - shareOf(amountMinor, lowMinor, highMinor));
  const steps = series.map((sample, index) =>
    index === 0
      ? `M0 ${rounded(y(sample.amountMinor))}`
      : `H${rounded(x(sample.atMs))}V${rounded(y(sample.amountMinor))}`,
  );
  const line = `${steps.join('')}H${rounded(box.width)}`;
  const end = { x: box.width, y: y(last.amountMinor) };
  return { line, area: `${line}V${box.height}H0Z`, end, lowMinor, highMinor };
}
