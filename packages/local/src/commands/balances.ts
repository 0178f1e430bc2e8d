import type { Coordinate } from '@northwind/event-store';
import { formatMoney } from '@northwind/events';
import type { Balance, Moment } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import type { Kysely } from 'kysely';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { addMinOffsetOption, awaitOffset } from '../cli/min-offset.ts';
import { aMoment, showCoordinate, tellPast } from '../cli/moment.ts';
import { formatTable } from '../cli/print-table.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';
import { listBalances } from '../look/list-balances.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly asOf?: Moment;
  readonly minOffset?: Coordinate;
  readonly json?: true;
}

export function balancesCommand(context: CommandContext): Command {
  const command = new Command('balances')
    .description('what each merchant has, by currency')
    .option('--merchant <id>', 'of one merchant')
    .option('--as-of <moment>', 'of one merchant as it was: after an event (4:120033) or at a time', aMoment)
    .addHelpText(
      'after',
      `
Examples:
  settle balances --merchant mer_001
  settle balances --merchant mer_001 --as-of 2026-11-21T23:59:59Z
  settle balances --merchant mer_001 --min-offset 4:120033
  settle balances --json | jq '.balances[] | select(.currency == "EUR")'

Available is what may be paid out now; in transit is with the bank; reserved is held for open disputes. As of tells the
last event (partition/offset) that moved the balance.`,
    )
    .action(async (options: Options) => {
      const balances = await withDatabase<ReadTables, readonly Balance[]>(
        surroundings(context, options),
        async (db) => {
          await awaitOffset(db, options);
          return options.asOf ? readPast(db, options.merchant, options.asOf) : listBalances(db, options.merchant);
        },
      );
      if (options.json) return context.terminal.out(stringify({ balances }));
      if (balances.length === 0) {
        return context.terminal.out(options.merchant ? `${options.merchant} has no balance yet` : 'no balances yet');
      }
      const money = (pick: (row: Balance) => bigint) => (row: Balance) => formatMoney(pick(row), row.currency);
      context.terminal.out(
        formatTable(balances, [
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'available', value: money((row) => row.availableMinor), align: 'right' },
          { title: 'in transit', value: money((row) => row.inTransitMinor), align: 'right' },
          { title: 'reserved', value: money((row) => row.reservedMinor), align: 'right' },
          { title: 'paid out', value: money((row) => row.paidOutMinor), align: 'right' },
          { title: 'as of', value: (row) => showCoordinate(row.asOf), align: 'right' },
        ]),
      );
    });
  return addJsonOption(addFolderOption(addMinOffsetOption(command)));
}

async function readPast(
  db: Kysely<ReadTables>,
  merchantId: string | undefined,
  moment: Moment,
): Promise<readonly Balance[]> {
  if (merchantId === undefined) {
    throw new UsageError('--as-of tells of one merchant', {
      hint: 'name it with --merchant, or see settle trial-balance',
    });
  }
  const { balances } = await tellPast(({ readBalancesAsOf }) => readBalancesAsOf(db, { merchantId, moment }));
  return balances;
}
