import { constants, setPriority } from 'node:os';
import type { Generation, RebuildStep, Rebuilt } from '@northwind/projector';
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
import { formatTable } from '../cli/print-table.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { UsageError } from '../cli/usage-error.ts';
import { renderComparison } from '../rebuild/render-comparison.ts';
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
  const { LANES_DEFAULT, rebuildSessions } = await import('@northwind/projector');
  const database = openDatabase<ReadTables>({
    url: findDatabaseUrl(found),
    applicationName: 'settle rebuild',
    schemas: findSchemas(found),
    ...rebuildSessions(options.lanes ?? LANES_DEFAULT),
  });
  try {
    await carryOut(context, database, options);
  } catch (error) {
    const { FillError, GateError, HoldError, RebuildError } = await import('@northwind/projector');
    if (![FillError, GateError, HoldError, RebuildError].some((kind) => error instanceof kind)) throw error;
    context.terminal.err(`settle: ${(error as Error).message}`);
    context.exitWith(EXIT_FAILURE);
  } finally {
    await database.close();
  }
}

function carryOut(context: CommandContext, database: Database<ReadTables>, options: Options): Promise<void> {
  if (options.status) return showStatus(context, database, options);
  if (options.drop !== undefined) return drop(context, database, options.drop);
  if (options.rollback) return rollBack(context, database, options);
  return rebuildAndMaybePromote(context, database, options);
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

async function rebuildAndMaybePromote(
  context: CommandContext,
  database: Database<ReadTables>,
  options: Options,
): Promise<void> {
  const { LANES_DEFAULT, rebuild, promote } = await import('@northwind/projector');
  const { terminal } = context;
  setPriority(constants.priority.PRIORITY_LOW); // services on this machine go first
  const signals = listenForStop(systemClock);
  const progress = showProgress(context);
  const signOff = options.by && options.reason ? { actor: options.by, reason: options.reason } : undefined;
  try {
    const { lanes = LANES_DEFAULT, rate } = options;
    const rebuilt = await rebuild({
      database,
      lanes,
      ...(rate !== undefined && { eventsPerSecondMax: rate }),
      signal: signals.stop,
      ...progress,
    }).finally(progress.stop);
    const { comparison } = rebuilt;
    const isPromotable = comparison.isEqual || signOff !== undefined;
    const promoted =
      options.promote && isPromotable ? await promote({ database, rebuilt, ...(signOff && { signOff }) }) : null;
    if (options.json) terminal.out(stringify({ ...toJson(rebuilt), promoted: promoted?.generation ?? null }));
    else for (const line of report(rebuilt, promoted, options)) terminal.out(line);
    if (promoted === null && !comparison.isEqual) context.exitWith(EXIT_FAILURE);
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    terminal.err('stopped; what is done is kept: settle rebuild goes on');
    context.exitWith(EXIT_FAILURE);
  } finally {
    signals.dispose();
  }
}

function report(rebuilt: Rebuilt, promoted: Generation | null, options: Options): string[] {
  const { candidate, comparison } = rebuilt;
  const lines = renderComparison(comparison);
  if (promoted !== null) {
    const before = comparison.active.generation;
    return [
      ...lines,
      '',
      `generation ${promoted.generation} is active; settle rebuild --rollback goes back to ${before} at once`,
    ];
  }
  if (comparison.isEqual) {
    return [...lines, '', `generation ${candidate.generation} stands by; settle rebuild --promote lets it take over`];
  }
  const refusal = options.promote ? ['', 'not promoted: the generations differ'] : [];
  return [
    ...lines,
    ...refusal,
    '',
    'settle rebuild --promote --by <name> --reason <text>   lets it take over all the same',
    `settle rebuild --drop ${candidate.generation}   takes it away`,
  ];
}

function toJson({ candidate, comparison }: Rebuilt) {
  return { generation: candidate.generation, ...comparison, offsets: Object.fromEntries(comparison.offsets) };
}

async function rollBack({ terminal }: CommandContext, database: Database<ReadTables>, options: Options): Promise<void> {
  const { rollBack: goBack } = await import('@northwind/projector');
  const { by: actor = '', reason = '' } = options;
  const startedMs = systemClock.monotonicMs();
  const active = await goBack(database, { actor, reason });
  const ms = Math.round(systemClock.monotonicMs() - startedMs);
  if (options.json) return terminal.out(stringify({ active: active.generation, ms }));
  terminal.out(`generation ${active.generation} is active again, after ${ms} ms`);
}

async function drop({ terminal }: CommandContext, database: Database<ReadTables>, generation: number): Promise<void> {
  const { dropGeneration } = await import('@northwind/projector');
  await dropGeneration(database, generation);
  terminal.out(`generation ${generation} is gone`);
}

async function showStatus(
  { terminal }: CommandContext,
  database: Database<ReadTables>,
  options: Options,
): Promise<void> {
  const { readGenerationStatus } = await import('@northwind/projector');
  const generations = await readGenerationStatus(database.db);
  if (options.json) return terminal.out(stringify(generations));
  terminal.out(
    formatTable(generations, [
      { title: 'generation', value: ({ generation }) => String(generation), align: 'right' },
      { title: 'status', value: ({ status }) => status },
      { title: 'behind the log', value: ({ lag }) => number(lag), align: 'right' },
      { title: 'created', value: ({ createdAt }) => createdAt.slice(0, 19) },
      {
        title: 'active since',
        value: ({ activatedAt, status }) => (status === 'active' ? (activatedAt?.slice(0, 19) ?? '') : ''),
      },
      { title: 'size', value: ({ bytes }) => `${number(bytes / 1_048_576n)} MiB`, align: 'right' },
    ]),
  );
}

function showProgress({ terminal }: CommandContext) {
  const clock = systemClock;
  let progress: Progress | null = null;
  let startedMs = clock.monotonicMs();
  let total = 0;
  let done = 0;
  let isIndexing = false;
  const stop = () => {
    progress?.stop();
    progress = null;
  };
  return {
    stop,
    onStep: (step: RebuildStep) => {
      if (step.step === 'filling') {
        startedMs = clock.monotonicMs();
        total = Number(step.events);
        terminal.err(
          step.isNew
            ? `generation ${step.generation} is made: ${number(step.events)} events to apply`
            : `generation ${step.generation} goes on: ${number(step.events)} events left to apply`,
        );
        progress = createProgress({ terminal, clock, label: 'rebuild', total, unit: 'events' });
        return;
      }
      stop();
      if (step.step === 'comparing') terminal.err(`generation ${step.generation} is compared`);
      else if (!isIndexing) terminal.err(`generation ${step.generation} gets its indexes`);
      isIndexing = true;
    },
    onApplied: (events: number) => {
      done += events;
      const perSecond = done / Math.max(0.001, (clock.monotonicMs() - startedMs) / 1_000);
      const leftSeconds = Math.ceil(Math.max(0, total - done) / Math.max(1, perSecond));
      progress?.update(Math.min(done, total), `${number(Math.round(perSecond))} events/s, ${leftSeconds} s left`);
    },
  };
}

const number = (value: bigint | number) => value.toLocaleString('en-US');
