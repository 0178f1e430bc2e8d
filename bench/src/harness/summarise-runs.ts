/** Several runs to one table row a metric: median, spread, and the median of the ratios taken within each run. */
import type { RunResult } from './benchmark.ts';

export interface SummaryRow {
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median of value ÷ compared value, each from the same run; null when compared with nothing. */
  readonly ratio: number | null;
  readonly comparedWith: string | null;
  readonly runs: readonly number[];
}

export function summariseRuns(runs: readonly RunResult[]): SummaryRow[] {
  const metrics = new Set(runs.flatMap((run) => run.figures.map((figure) => figure.metric)));
  return [...metrics].map((metric) => {
    const own = runs.flatMap((run) => run.figures.filter((figure) => figure.metric === metric));
    const values = own.map((figure) => figure.value);
    const comparedWith = own[0]?.comparedWith ?? null;
    const ratios = comparedWith === null ? [] : runs.flatMap((run) => ratioWithin(run, metric, comparedWith));
    return {
      metric,
      unit: own[0]?.unit ?? '',
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      ratio: ratios.length > 0 ? median(ratios) : null,
      comparedWith,
      runs: values,
    };
  });
}

function ratioWithin(run: RunResult, metric: string, other: string): number[] {
  const value = run.figures.find((figure) => figure.metric === metric)?.value;
  const against = run.figures.find((figure) => figure.metric === other)?.value;
  return value === undefined || against === undefined || against === 0 ? [] : [value / against];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that a share `q` of all values does not exceed; at 0.5 of an even number, the middle of two. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const place = q * sorted.length;
  const at = (index: number) => sorted[Math.min(Math.max(index, 0), sorted.length - 1)] as number;
  if (q === 0.5 && sorted.length % 2 === 0) return (at(place - 1) + at(place)) / 2;
  return at(Math.ceil(place) - 1);
}
