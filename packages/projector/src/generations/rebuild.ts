/**
 * `settle rebuild`: the next generation, filled from the log beside live traffic, held against the active one, and kept
 * ready to take over. Each step is safe to be broken off: the next run goes on where this one was.
 */
import type { Database } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import type { ReadTables } from '../tables.ts';
import { findMisfit } from './check-generation.ts';
import { type Comparison, compareGenerations } from './compare-generations.ts';
import { createGeneration } from './create-generation.ts';
import { makeDeferredIndexes } from './deferred-indexes.ts';
import { type FillOptions, fillGeneration } from './fill-generation.ts';
import { type Generation, listGenerations } from './generation.ts';
import { holdBeside, readOffsets } from './hold-generation.ts';
import { promoteGeneration } from './promote-generation.ts';
import { recordAction, type SignOff } from './record-action.ts';

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

/** What can't be done as things stand; the message says what to do. */
export class RebuildError extends Error {
  override name = 'RebuildError';
}

/** What a catch-up may leave to the comparison, which applies it while it holds the generation. */
const CLOSE_ENOUGH = 2_000n;

/** Throws FillError, RebuildError, or the signal's reason. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { database, signal, models = READ_MODELS } = options;
  const { db } = database;
  return alone(database, async () => {
    const { active, candidate: begun } = await findGenerations(db, models);
    const candidate = begun ?? (await createGeneration(db, models));
    if (candidate.status === 'building') await fillBeside(options, { active, candidate }, begun === undefined);
    signal?.throwIfAborted();
    options.onStep?.({ step: 'comparing', generation: candidate.generation });
    const comparison = await compareBeside(db, { active, candidate }, signal);
    return { candidate, comparison };
  });
}

export interface PromoteWish {
  readonly database: Database<ReadTables>;
  readonly rebuilt: Rebuilt;
  /** Needed where the comparison found differences. */
  readonly signOff?: SignOff;
}

/** Throws RebuildError for a generation that differs and that nobody signed off, GateError while readers hold on. */
export async function promote({ database, rebuilt, signOff }: PromoteWish): Promise<Generation> {
  const { candidate, comparison } = rebuilt;
  if (!comparison.isEqual && signOff === undefined) {
    throw new RebuildError(`generation ${candidate.generation} differs from the active one; it is not promoted`);
  }
  const { differences: _, ...report } = comparison;
  const record = { action: 'promoted', isEqual: comparison.isEqual, report, ...(signOff && { signOff }) } as const;
  return alone(database, async () => {
    await expectPromotable(database.db, candidate);
    return promoteGeneration(database.db, candidate, record);
  });
}

/** Since it was compared, somebody may have promoted, retired or dropped it. */
async function expectPromotable(db: Kysely<ReadTables>, { generation }: Generation): Promise<void> {
  const found = (await listGenerations(db)).find((each) => each.generation === generation);
  if (found?.status === 'building' || found?.status === 'standby') return;
  throw new RebuildError(`generation ${generation} is ${found?.status ?? 'gone'}; settle rebuild makes another`);
}

/** Back to the generation that was active before; it was kept fresh since. Throws RebuildError when there is none. */
export async function rollBack(database: Database<ReadTables>, signOff: SignOff): Promise<Generation> {
  return alone(database, async () => {
    const generations = await listGenerations(database.db);
    const active = generations.find(({ status }) => status === 'active');
    const before = generations.findLast(
      ({ status, generation }) => status === 'standby' && generation < (active?.generation ?? 0),
    );
    if (before === undefined) {
      throw new RebuildError('no earlier generation stands by: there is nothing to go back to');
    }
    return promoteGeneration(database.db, before, { action: 'rolled_back', signOff });
  });
}

/** Takes a generation away that nobody reads or follows. */
export async function dropGeneration(database: Database<ReadTables>, generation: number): Promise<void> {
  await alone(database, () =>
    database.db.transaction().execute(async (trx) => {
      const found = (await listGenerations(trx)).find((each) => each.generation === generation);
      if (found === undefined) throw new RebuildError(`there is no generation ${generation}`);
      if (found.status === 'active' || found.status === 'standby') {
        throw new RebuildError(`generation ${generation} is ${found.status}, so it stays`);
      }
      await sql`select read.drop_generation(${generation}::int4)`.execute(trx);
      await recordAction(trx, { action: 'dropped', generation });
    }),
  );
}

interface Both {
  readonly active: Generation;
  readonly candidate: Generation;
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
async function fillBeside(options: RebuildOptions, both: Both, isNew: boolean): Promise<void> {
  const { db } = options.database;
  const { active, candidate } = both;
  const { generation } = candidate;
  const { signal, onStep, onApplied, lanes, eventsPerSecondMax } = options;
  const rates = { lanes, ...(eventsPerSecondMax !== undefined && { eventsPerSecondMax }) };
  const told = { ...(signal && { signal }), ...(onApplied && { onApplied }) };
  const fill = async () =>
    fillGeneration({ db, generation: candidate, heads: await readOffsets(db, active), ...rates, ...told });
  onStep?.({ step: 'filling', generation, isNew, events: await countMissing(db, both) });
  await fill();
  const onProgress = (left: number) => onStep?.({ step: 'indexing', generation, left });
  await makeDeferredIndexes(db, candidate, { ...(signal && { signal }), onProgress });
  while ((await countMissing(db, both)) > CLOSE_ENOUGH) await fill();
}

/** An equal generation stands by from here on: projectors keep it fresh. */
function compareBeside(db: Kysely<ReadTables>, both: Both, signal: AbortSignal | undefined): Promise<Comparison> {
  const use = async (held: Parameters<typeof compareGenerations>[1]) => {
    const comparison = await compareGenerations(both, held);
    const { generation } = both.candidate;
    const { isEqual } = comparison;
    const status = isEqual ? 'standby' : 'building';
    await held.trx.updateTable('read.generations').set({ status }).where('generation', '=', generation).execute();
    const { active } = both;
    await recordAction(held.trx, {
      action: 'compared',
      generation,
      beside: active.generation,
      isEqual,
      report: comparison,
    });
    return comparison;
  };
  return holdBeside(db, both, use, signal && { signal });
}

/** Events that the active one has and the candidate has not. */
async function countMissing(db: Kysely<ReadTables>, { active, candidate }: Both): Promise<bigint> {
  const has = await readOffsets(db, candidate);
  const wanted = await readOffsets(db, active);
  return wanted.entries().reduce((sum, [partition, to]) => {
    const from = has.get(partition) ?? 0n;
    return sum + (to > from ? to - from : 0n);
  }, 0n);
}

/** One rebuild at a time: the lock is the session's, so it goes with the process, however that ends. */
async function alone<T>({ pool }: Database<ReadTables>, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ got: boolean }>(
      `select pg_try_advisory_lock(hashtext('northwind.rebuild')) as got`,
    );
    if (rows[0]?.got !== true) throw new RebuildError('another settle rebuild is at work on this database');
    try {
      return await work();
    } finally {
      await client.query(`select pg_advisory_unlock(hashtext('northwind.rebuild'))`);
    }
  } finally {
    client.release();
  }
}
