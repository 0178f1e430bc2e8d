import { formatMoney } from '@northwind/events';
import type { ReadTables } from '@northwind/projector/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { formatTable } from '../cli/print-table.ts';
import { withDatabase } from '../cli/with-database.ts';
import { type BalanceLine, listBalances } from '../look/list-balances.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly json?: true;
}

export function balancesCommand(context: CommandContext): Command {
  const command = new Command('balances')
    .description('what each merchant has, by currency')
    .option('--merchant <id>', 'of one merchant')
    .addHelpText(
      'after',
      `
Examples:
  settle balances --merchant mer_001
  settle balances --json | jq '.balances[] | select(.currency == "EUR")'

Available is what may be paid out now; in transit is with the bank; reserved is held for open disputes. As of tells the
last event (partition/offset) that moved the balance.`,
    )
    .action(async (options: Options) => {
      const balances = await withDatabase<ReadTables, readonly BalanceLine[]>(surroundings(context, options), (db) =>
        listBalances(db, options.merchant),
      );
      if (options.json) return context.terminal.out(stringify({ balances }));
      if (balances.length === 0) {
        return context.terminal.out(options.merchant ? `${options.merchant} has no balance yet` : 'no balances yet');
      }
      const money = (pick: (row: BalanceLine) => bigint) => (row: BalanceLine) => formatMoney(pick(row), row.currency);
      context.terminal.out(
        formatTable(balances, [
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'available', value: money((row) => row.availableMinor), align: 'right' },
          { title: 'in transit', value: money((row) => row.inTransitMinor), align: 'right' },
          { title: 'reserved', value: money((row) => row.reservedMinor), align: 'right' },
          { title: 'paid out', value: money((row) => row.paidOutMinor), align: 'right' },
          { title: 'as of', value: (row) => `${row.asOf.partition}/${row.asOf.offset}`, align: 'right' },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}
