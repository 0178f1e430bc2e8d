/** Compares a benchmark's medians (or ratios) with targets.json and names what falls short. */
import { z } from 'zod';
import targetsFile from '../../targets.json' with { type: 'json' };
import type { SummaryRow } from './summarise-runs.ts';

const target = z.strictObject({
  max: z.number().optional(),
  min: z.number().optional(),
  /** What the bound is on: the median, or the median ratio to the compared metric. */
  of: z.enum(['median', 'ratio']).default('median'),
  unit: z.string(),
  why: z.string(),
});
const targetsSchema = z.record(z.string(), z.record(z.string(), target));

/** One sentence for each target that is missed, or that the benchmark did not measure. */
export function checkTargets(benchmark: string, rows: readonly SummaryRow[], targets: unknown = targetsFile): string[] {
  const own = targetsSchema.parse(targets)[benchmark];
  if (own === undefined) return [`${benchmark}: bench/targets.json has no targets for it`];
  return Object.entries(own).flatMap(([metric, { max, min, of, unit }]) => {
    const row = rows.find((candidate) => candidate.metric === metric);
    const value = row?.[of];
    if (value === undefined || value === null || Number.isNaN(value)) return [`${metric}: was not measured`];
    const shown = `${of} ${value.toFixed(2)} ${unit}`;
    if (max !== undefined && value > max) return [`${metric}: ${shown} is above ${max} ${unit}`];
    if (min !== undefined && value < min) return [`${metric}: ${shown} is below ${min} ${unit}`];
    return [];
  });
}
