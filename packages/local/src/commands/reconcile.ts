import { readFileSync, statSync } from 'node:fs';
import type { ReadTables } from '@northwind/projector/tables';
import type { BankReport, ReconcileReport } from '@northwind/reconcile';
import { assertMigrated, type Database, openDatabase, stringify } from '@northwind/service-kit';
import { Command, Option } from 'commander';
import { addFolderOption, aName, aReason, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { aDay } from '../cli/day.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { findDatabaseUrl, findSchemas } from '../cli/find-stack.ts';
import { UsageError } from '../cli/usage-error.ts';
import { renderBank } from '../reconcile/render-bank.ts';
import { renderDays } from '../reconcile/render-days.ts';
import { refuseToOverwrite, writeWholeFile } from '../reconcile/write-file.ts';

interface Options {
  readonly folder: string;
  readonly day?: string;
  readonly from?: string;
  readonly to?: string;
  readonly signOff?: true;
  readonly by?: string;
  readonly reason?: string;
  readonly bankStatement?: string;
  readonly account?: string;
  readonly daysWindow: number;
  readonly format: 'table' | 'json' | 'csv';
  readonly output?: string;
  readonly force?: true;
}

const DAYS_WINDOW_MAX = 31;

export function reconcileCommand(context: CommandContext): Command {
  const command = new Command('reconcile')
    .description('certify that each day is complete and the books balance, and compare them with the bank')
    .option('--day <day>', 'this day', aDay)
    .option('--from <day>', 'from this day on (default: yesterday)', aDay)
    .option('--to <day>', 'up to this day (default: today, which is provisional)', aDay)
    .option('--sign-off', 'certify the --day although something differs: it is as it is')
    .option('--by <name>', 'who signs off; it is in the certificate', aName)
    .option('--reason <text>', 'why; it is in the certificate', aReason)
    .option('--bank-statement <file>', 'compare payouts with this camt.053 file')
    .option('--account <name>', 'only with its statements of this account (IBAN)')
    .option('--days-window <n>', 'how far a booking without a reference may be', wholeNumber(0, DAYS_WINDOW_MAX), 1)
    .addOption(
      new Option('--format <format>', 'for people or programs').choices(['table', 'json', 'csv']).default('table'),
    )
    .option('--output <file>', 'write it there')
    .option('--force', 'take the place of a file that is there')
    .addHelpText(
      'after',
      `
Examples:
  settle reconcile                                  certify what is over, and show yesterday and today
  settle reconcile --day 2026-11-21                 make its certificates again: the same to the byte, or what changed
  settle reconcile --day 2026-11-21 --sign-off --by ada --reason "INC-17: an event was removed by order of a court"
  settle reconcile --bank-statement 053.xml         and match payouts with what the bank booked
  settle reconcile --from 2026-11-01 --format csv --output november.csv

Days are those of the log's clock, in UTC. Earlier days that are not certified yet are certified first: the chain has no
gaps. Exit code 1: something differs. docs/reconciliation.md tells what is compared, and how to check a hash by hand.`,
    )
    .action((options: Options) => run(context, options));
  return addFolderOption(command);
}

async function run(context: CommandContext, options: Options): Promise<void> {
  refuseContradictions(options);
  const target = options.output === undefined ? null : { path: options.output, force: options.force === true };
  if (target) refuseToOverwrite(target);
  const found = surroundings(context, options);
  await using database = openDatabase<ReadTables>({
    url: findDatabaseUrl(found),
    applicationName: 'settle reconcile',
    connectionsMax: 2,
    schemas: findSchemas(found),
    limits: { statementMs: 0 }, // a busy day takes as long as it takes
  });
  const { report, isInOrder } = await reconcile(database, options);
  if (!isInOrder) context.exitWith(EXIT_FAILURE);
  const verdict = isInOrder ? '✓ everything agrees' : '✗ something differs';
  const text = await render(report, options.format, verdict);
  if (target === null) return context.terminal.out(text.trimEnd());
  writeWholeFile(target, text);
  context.terminal.err(`${verdict}: written to ${target.path}`);
}

function refuseContradictions(options: Options): void {
  const { day, from, to, signOff, by, reason, account, bankStatement, output, force } = options;
  const refuse = (message: string): never => {
    throw new UsageError(message, { hint: 'settle reconcile --help shows how' });
  };
  if (day !== undefined && (from !== undefined || to !== undefined)) {
    refuse('--day is one day: --from and --to are for several');
  }
  if (from !== undefined && to !== undefined && from > to) refuse(`--from ${from} is after --to ${to}`);
  if (signOff && (day === undefined || by === undefined || reason === undefined)) {
    refuse('--sign-off is of one --day, and takes --by and --reason');
  }
  if (!signOff && (by !== undefined || reason !== undefined)) refuse('--by and --reason are for --sign-off');
  if (account !== undefined && bankStatement === undefined) refuse('--account is of a --bank-statement');
  if (force && output === undefined) refuse('--force is for --output');
}

async function reconcile(database: Database<ReadTables>, options: Options) {
  const { BankStatementError, DayToComeError, isBankInOrder, isInOrder, reconcileDays, reconcileMigrations } =
    await import('@northwind/reconcile');
  await assertMigrated(database.pool, [reconcileMigrations]);
  try {
    const bank =
      options.bankStatement === undefined ? null : await compareWithBank(database, options.bankStatement, options);
    const { day, from, to, signOff, by = '', reason = '' } = options;
    const wish = { fromDay: day ?? from ?? to, toDay: day ?? to, signOff: signOff && { by, reason } };
    const days = await reconcileDays(database.db, wish);
    const report: ReconcileReport = { ...days, bank };
    return { report, isInOrder: isInOrder(days) && (bank === null || isBankInOrder(bank)) };
  } catch (error) {
    if (error instanceof DayToComeError) throw new UsageError(error.message, { hint: 'name a day that has begun' });
    if (!(error instanceof BankStatementError)) throw error;
    throw new UsageError(`${options.bankStatement}: ${error.message}`, {
      hint: 'it takes a camt.053 file as the bank sent it',
    });
  }
}

async function compareWithBank(database: Database<ReadTables>, path: string, options: Options): Promise<BankReport> {
  const { compareBank, STATEMENT_BYTES_MAX } = await import('@northwind/reconcile');
  const bytes = readBytes(path, STATEMENT_BYTES_MAX);
  const { account, daysWindow } = options;
  return compareBank(database.db, { bytes, account, daysWindow });
}

function readBytes(path: string, bytesMax: number): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) throw new Error(`it has ${size} bytes, at most ${bytesMax} are read`);
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${(error as Error).message}`, { hint: 'name a camt.053 file' });
  }
}

async function render(report: ReconcileReport, format: Options['format'], verdict: string): Promise<string> {
  if (format === 'json') return `${stringify(report)}\n`;
  if (format === 'csv') {
    const { REPORT_COLUMNS, reportRows, toCsv } = await import('@northwind/reconcile');
    return toCsv(REPORT_COLUMNS, reportRows(report));
  }
  const lines = [...renderDays(report), ...(report.bank === null ? [] : renderBank(report.bank)), '', verdict];
  return `${lines.join('\n')}\n`;
}
