import type { Coordinate } from '@northwind/event-store';
import { formatMoney } from '@northwind/events';
import type { Moment, StatementRow, StatementsAnswer, StatementsAsOf } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import type { Kysely } from 'kysely';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { aDay } from '../cli/day.ts';
import { addMinOffsetOption, awaitOffset } from '../cli/min-offset.ts';
import { aMoment, showCoordinate, tellPast } from '../cli/moment.ts';
import { formatTable } from '../cli/print-table.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly merchant: string;
  readonly from: string;
  readonly to: string;
  readonly asOf?: Moment;
  readonly minOffset?: Coordinate;
  readonly json?: true;
}

export function statementsCommand(context: CommandContext): Command {
  const command = new Command('statements')
    .description('a merchant’s days: opening, what moved, closing')
    .requiredOption('--merchant <id>', 'of this merchant')
    .option('--from <day>', 'from this day on', aDay, '0001-01-01')
    .option('--to <day>', 'up to this day', aDay, '9999-12-31')
    .option('--as-of <moment>', 'as they were: after an event (4:120033) or at a time', aMoment)
    .addHelpText(
      'after',
      `
Examples:
  settle statements --merchant mer_001 --from 2026-11-01 --to 2026-11-30
  settle statements --merchant mer_001 --as-of 2026-11-21T12:00:00Z

Days are those of the log's clock, in UTC, so a day that is over does not change. A day without movements is not shown:
it opens and closes with the closing before it. As of a moment, the day of it is cut there.`,
    )
    .action(async (options: Options) => {
      const answer = await withDatabase<ReadTables, StatementsAnswer | StatementsAsOf>(
        surroundings(context, options),
        async (db) => {
          await awaitOffset(db, options);
          return readDays(db, options);
        },
      );
      if (options.json) return context.terminal.out(stringify(answer));
      if (answer.statements.length === 0) {
        return context.terminal.out(
          `nothing moved for ${options.merchant} in these days by ${showCoordinate(answer.asOf)}`,
        );
      }
      context.terminal.out(render(answer.statements));
    });
  return addJsonOption(addFolderOption(addMinOffsetOption(command)));
}

function readDays(db: Kysely<ReadTables>, options: Options): Promise<StatementsAnswer | StatementsAsOf> {
  const { merchant: merchantId, from: fromDay, to: toDay, asOf: moment } = options;
  const wish = { merchantId, fromDay, toDay };
  return tellPast<StatementsAnswer | StatementsAsOf>(({ readStatements, readStatementsAsOf }) =>
    moment ? readStatementsAsOf(db, { ...wish, moment }) : readStatements(db, wish),
  );
}

function render(statements: readonly StatementRow[]): string {
  const money = (pick: (row: StatementRow) => bigint) => (row: StatementRow) => formatMoney(pick(row), row.currency);
  return formatTable(statements, [
    { title: 'day', value: (row) => row.day },
    { title: 'opening', value: money((row) => row.openingMinor), align: 'right' },
    { title: 'captured', value: money((row) => row.grossMinor), align: 'right' },
    { title: 'fees', value: money((row) => -row.feesMinor), align: 'right' },
    { title: 'refunds', value: money((row) => -row.refundsMinor), align: 'right' },
    { title: 'disputes', value: money((row) => -row.heldMinor - row.disputesMinor), align: 'right' },
    { title: 'adjustments', value: money((row) => row.adjustmentsMinor), align: 'right' },
    { title: 'payouts', value: money((row) => -row.payoutsMinor), align: 'right' },
    { title: 'closing', value: money((row) => row.closingMinor), align: 'right' },
  ]);
}
