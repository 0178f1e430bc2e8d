/**
 * `settle rebuild`: the next generation, filled from the log beside live traffic, held against the active one, and kept
 * ready to take over. Each step is safe to be broken off: the next run goes on where this one was.
 */
import type { Database } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import type { ReadTables } from '../tables.ts';
import { findMisfit } from './check-generation.ts';
import { type Comparison, compareGenerations, toReport } from './compare-generations.ts';
import { createGeneration } from './create-generation.ts';
import { makeDeferredIndexes } from './deferred-indexes.ts';
import { type FillOptions, fillGeneration } from './fill-generation.ts';
import { type Generation, type GenerationPair, listGenerations } from './generation.ts';
import { type Held, holdBeside, readOffsets } from './hold-generation.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { RebuildError } from './rebuild-error.ts';
import { recordAction } from './record-action.ts';

export interface RebuildOptions extends Pick<FillOptions, 'lanes' | 'eventsPerSecondMax' | 'signal'> {
  /** Of the owner of schema `read`, opened with `rebuildSessions`. */
  readonly database: Database<ReadTables>;
  readonly models?: readonly ReadModel[];
  readonly onStep?: (step: RebuildStep) => void;
  readonly onApplied?: (events: number) => void;
}

export type RebuildStep =
  /** `events` are what the active one has beyond it; `isNew` unless it goes on with one that was begun. */
  | { readonly step: 'filling'; readonly generation: number; readonly isNew: boolean; readonly events: bigint }
  | { readonly step: 'indexing'; readonly generation: number; readonly left: number }
  | { readonly step: 'comparing'; readonly generation: number };

export interface Rebuilt {
  readonly candidate: Generation;
  readonly comparison: Comparison;
}

/** What a catch-up may leave to the comparison, which applies it while it holds the generation. */
const CLOSE_ENOUGH = 2_000n;

/** Throws RebuildError (FillError and HoldError are such), or the signal's reason. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { database, signal, models = READ_MODELS } = options;
  const { db } = database;
  return oneAtATime(database, async () => {
    const { active, candidate: begun } = await findGenerations(db, models);
    const candidate = begun ?? (await createGeneration(db, models));
    if (candidate.status === 'building') await fillBeside(options, { active, candidate }, begun === undefined);
    signal?.throwIfAborted();
    options.onStep?.({ step: 'comparing', generation: candidate.generation });
    const comparison = await compareBeside(db, { active, candidate }, signal);
    return { candidate, comparison };
  });
}

interface Found {
  readonly active: Generation;
  /** One that a rebuild has begun, or that is ready. */
  readonly candidate: Generation | undefined;
}

async function findGenerations(db: Kysely<ReadTables>, models: readonly ReadModel[]): Promise<Found> {
  const generations = await listGenerations(db, models);
  const active = generations.find(({ status }) => status === 'active');
  if (active === undefined) throw new RebuildError('no generation of the read models is active; run: settle migrate');
  const isOpen = ({ status, generation }: Generation) =>
    generation > active.generation && (status === 'building' || status === 'standby');
  // One begun before a model was added would never have it, one of another version would be a mixture.
  const hasAll = (generation: Generation) => models.every((model) => generation.models.includes(model));
  const begun = generations.findLast((generation) => isOpen(generation) && hasAll(generation));
  const misfit = begun && (await findMisfit(db as unknown as Kysely<unknown>, begun));
  const candidate = misfit === undefined ? begun : undefined;
  return { active, candidate };
}

/**
 * As far as the active one has come, not as the log: the comparison would wait for an active one that stands still, at
 * an event that only this release can take, or because nobody keeps it any more.
 */
async function fillBeside(options: RebuildOptions, pair: GenerationPair, isNew: boolean): Promise<void> {
  const { db } = options.database;
  const { active, candidate } = pair;
  const { generation } = candidate;
  const { signal, onStep, onApplied, lanes, eventsPerSecondMax } = options;
  const rates = { lanes, ...(eventsPerSecondMax !== undefined && { eventsPerSecondMax }) };
  const told = { ...(signal && { signal }), ...(onApplied && { onApplied }) };
  const fill = async () =>
    fillGeneration({ db, generation: candidate, heads: await readOffsets(db, active), ...rates, ...told });
  onStep?.({ step: 'filling', generation, isNew, events: await countMissing(db, pair) });
  await fill();
  const onProgress = (left: number) => onStep?.({ step: 'indexing', generation, left });
  await makeDeferredIndexes(db, candidate, { ...(signal && { signal }), onProgress });
  while ((await countMissing(db, pair)) > CLOSE_ENOUGH) await fill();
}

/** An equal generation stands by from here on: projectors keep it fresh. */
function compareBeside(
  db: Kysely<ReadTables>,
  pair: GenerationPair,
  signal: AbortSignal | undefined,
): Promise<Comparison> {
  const { generation } = pair.candidate;
  const compareAndRecord = async (held: Held): Promise<Comparison> => {
    const comparison = await compareGenerations(pair, held);
    const { isEqual } = comparison;
    const status = isEqual ? 'standby' : 'building';
    await held.trx.updateTable('read.generations').set({ status }).where('generation', '=', generation).execute();
    const beside = pair.active.generation;
    await recordAction(held.trx, { action: 'compared', generation, beside, isEqual, report: toReport(comparison) });
    return comparison;
  };
  return holdBeside(db, pair, compareAndRecord, signal && { signal });
}

/** Events that the active one has and the candidate has not. */
async function countMissing(db: Kysely<ReadTables>, { active, candidate }: GenerationPair): Promise<bigint> {
  const has = await readOffsets(db, candidate);
  const wanted = await readOffsets(db, active);
  return wanted.entries().reduce((sum, [partition, to]) => {
    const from = has.get(partition) ?? 0n;
    return sum + (to > from ? to - from : 0n);
  }, 0n);
}
