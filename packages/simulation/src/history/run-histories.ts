/** Histories one after the other, added up. */
import { type HistoryOptions, type HistoryResult, runHistory } from './run-history.ts';

export interface Totals {
  readonly histories: number;
  readonly messages: number;
  readonly steps: number;
  readonly awaits: number;
  readonly virtualMs: number;
  readonly sometimes: ReadonlyMap<string, number>;
  readonly failed: readonly HistoryResult[];
}

export interface Run {
  readonly histories: Iterable<HistoryOptions> | AsyncIterable<HistoryOptions>;
  /** Asked before each history. */
  readonly goesOn: (totals: Totals) => boolean;
}

export async function runHistories({ histories, goesOn }: Run): Promise<Totals> {
  const sometimes = new Map<string, number>();
  const failed: HistoryResult[] = [];
  const totals = { histories: 0, messages: 0, steps: 0, awaits: 0, virtualMs: 0, sometimes, failed };
  for await (const options of histories) {
    if (!goesOn(totals)) break;
    const result = await runHistory(options);
    totals.histories += 1;
    totals.messages += result.plan.messages;
    totals.steps += result.steps;
    totals.awaits += result.awaits;
    totals.virtualMs += result.virtualMs;
    for (const [rarity, times] of result.sometimes) sometimes.set(rarity, (sometimes.get(rarity) ?? 0) + times);
    if (result.violation) failed.push(result);
  }
  return totals;
}

/** A history a seed. */
export function* fromSeed(seed: number, over: Partial<HistoryOptions> = {}): Iterable<HistoryOptions> {
  for (let next = seed; ; next += 1) yield { ...over, seed: next };
}

/** Each seed's history without other faults; then the same once for every await in it: a process is killed there. */
export async function* killedAtEveryAwait(seed: number): AsyncIterable<HistoryOptions> {
  for (let next = seed; ; next += 1) {
    const calm = { seed: next, isCalm: true };
    yield calm;
    const { awaits } = await runHistory(calm);
    for (let killAtAwait = 1; killAtAwait <= awaits; killAtAwait += 1) yield { ...calm, killAtAwait };
  }
}
