import { constants, setPriority } from 'node:os';
import type { Rebuilt } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Database, openDatabase, stringify, systemClock } from '@northwind/service-kit';
import { Command } from 'commander';
import {
  addFolderOption,
  addJsonOption,
  aName,
  aReason,
  type CommandContext,
  surroundings,
  wholeNumber,
} from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { findDatabaseUrl, findSchemas } from '../cli/find-stack.ts';
import { UsageError } from '../cli/usage-error.ts';
import { createRebuildProgress } from '../rebuild/rebuild-progress.ts';
import { renderRebuilt } from '../rebuild/render-rebuilt.ts';
import { renderStatus } from '../rebuild/render-status.ts';
import { listenForStop } from '../up/signals.ts';

interface Options {
  readonly folder: string;
  readonly promote?: true;
  readonly rollback?: true;
  readonly status?: true;
  readonly drop?: number;
  readonly lanes?: number;
  readonly rate?: number;
  readonly by?: string;
  readonly reason?: string;
  readonly json?: true;
}

const LANES_MAX = 64;
const RATE_MAX = 10_000_000;
const GENERATION_MAX = 2_147_483_647;

export function rebuildCommand(context: CommandContext): Command {
  const command = new Command('rebuild')
    .description('make the read models anew from the log, beside live traffic, and compare them to the cent')
    .option('--promote', 'let them take over when they are equal')
    .option('--rollback', 'go back to those that were active before the last promotion')
    .option('--status', 'show which generations there are')
    .option('--drop <generation>', 'take away one that nobody needs any more', wholeNumber(1, GENERATION_MAX))
    .option(
      '--lanes <n>',
      'transactions at the same time (default: one more than there are cores)',
      wholeNumber(1, LANES_MAX),
    )
    .option('--rate <n>', 'events a second at most (default: as fast as it goes)', wholeNumber(1, RATE_MAX))
    .option('--by <name>', 'who signs off a promotion in spite of differences, or a rollback; it is recorded', aName)
    .option('--reason <text>', 'why; it is recorded', aReason)
    .addHelpText(
      'after',
      `
Examples:
  settle rebuild                       fill the next generation and compare it; nothing is switched
  settle rebuild --promote             the same, and switch when it is equal
  settle rebuild --promote --by ada --reason "fees of INC-17 corrected"
                                       switch in spite of the differences that were shown
  settle rebuild --rollback --by ada --reason "portal shows old fees"

Ctrl-C keeps what is done: the next settle rebuild goes on. What is compared, and what happens at a switch:
docs/rebuilding.md. Exit code 1: the generations differ, and nothing was switched.`,
    )
    .action((options: Options) => run(context, options));
  return addJsonOption(addFolderOption(command));
}

async function run(context: CommandContext, options: Options): Promise<void> {
  refuseContradictions(options);
  const found = surroundings(context, options);
  const { LANES_DEFAULT, RebuildError, rebuildSessions } = await import('@northwind/projector');
  const database = openDatabase<ReadTables>({
    url: findDatabaseUrl(found),
    applicationName: 'settle rebuild',
    schemas: findSchemas(found),
    ...rebuildSessions(options.lanes ?? LANES_DEFAULT),
  });
  try {
    await carryOut(context, database, options);
  } catch (error) {
    if (!(error instanceof RebuildError)) throw error;
    context.terminal.err(`settle: ${error.message}`);
    context.exitWith(EXIT_FAILURE);
  } finally {
    await database.close();
  }
}

function carryOut(context: CommandContext, database: Database<ReadTables>, options: Options): Promise<void> {
  if (options.status) return showStatus(context, database, options);
  if (options.drop !== undefined) return dropOne(context, database, options.drop);
  if (options.rollback) return goBack(context, database, options);
  return rebuildNext(context, database, options);
}

function refuseContradictions({ promote, rollback, status, drop, by, reason }: Options): void {
  const orders = [promote && '--promote', rollback && '--rollback', status && '--status', drop && '--drop'].filter(
    Boolean,
  );
  if (orders.length > 1) {
    throw new UsageError(`${orders.join(' and ')} are different orders`, { hint: 'give one of them' });
  }
  if ((by === undefined) !== (reason === undefined)) {
    throw new UsageError('--by and --reason belong together', { hint: 'the record needs a name and a reason' });
  }
  if (rollback && by === undefined) {
    throw new UsageError('--rollback needs --by and --reason', { hint: 'a rollback is recorded with who and why' });
  }
}

/** Makes the next generation and compares it; with --promote it takes over where it may. */
async function rebuildNext(context: CommandContext, database: Database<ReadTables>, options: Options): Promise<void> {
  const { LANES_DEFAULT, rebuild, promote } = await import('@northwind/projector');
  const { terminal } = context;
  const { lanes = LANES_DEFAULT, rate, by, reason } = options;
  const signOff = by && reason ? { actor: by, reason } : undefined;
  setPriority(constants.priority.PRIORITY_LOW); // services on this machine go first
  const signals = listenForStop(systemClock);
  const progress = createRebuildProgress(terminal);
  try {
    const rebuilt = await rebuild({
      database,
      lanes,
      ...(rate !== undefined && { eventsPerSecondMax: rate }),
      signal: signals.stop,
      ...progress,
    }).finally(progress.stop);
    const { isEqual } = rebuilt.comparison;
    const isPromotionWanted = options.promote === true;
    const mayTakeOver = isPromotionWanted && (isEqual || signOff !== undefined);
    const promoted = mayTakeOver ? await promote({ database, rebuilt, ...(signOff && { signOff }) }) : null;
    if (options.json) terminal.out(stringify({ ...toJson(rebuilt), promoted: promoted?.generation ?? null }));
    else for (const line of renderRebuilt({ rebuilt, promoted, isPromotionWanted })) terminal.out(line);
    if (promoted === null && !isEqual) context.exitWith(EXIT_FAILURE);
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    terminal.err('stopped; what is done is kept: settle rebuild goes on');
    context.exitWith(EXIT_FAILURE);
  } finally {
    signals.dispose();
  }
}

function toJson({ candidate, comparison }: Rebuilt) {
  return { generation: candidate.generation, ...comparison, offsets: Object.fromEntries(comparison.offsets) };
}

async function goBack({ terminal }: CommandContext, database: Database<ReadTables>, options: Options): Promise<void> {
  const { rollBack } = await import('@northwind/projector');
  const { by: actor = '', reason = '' } = options;
  const startedMs = systemClock.monotonicMs();
  const active = await rollBack(database, { actor, reason });
  const ms = Math.round(systemClock.monotonicMs() - startedMs);
  if (options.json) return terminal.out(stringify({ active: active.generation, ms }));
  terminal.out(`generation ${active.generation} is active again, after ${ms} ms`);
}

async function dropOne({ terminal }: CommandContext, database: Database<ReadTables>, wanted: number): Promise<void> {
  const { dropGeneration } = await import('@northwind/projector');
  await dropGeneration(database, wanted);
  terminal.out(`generation ${wanted} is gone`);
}

async function showStatus(
  { terminal }: CommandContext,
  database: Database<ReadTables>,
  options: Options,
): Promise<void> {
  const { readGenerationStatus } = await import('@northwind/projector');
  const generations = await readGenerationStatus(database.db);
  terminal.out(options.json ? stringify(generations) : renderStatus(generations));
}
