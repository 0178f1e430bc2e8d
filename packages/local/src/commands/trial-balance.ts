import { formatMoney } from '@northwind/events';
import type { Account, TrialBalance } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { aTime, tellPast } from '../cli/moment.ts';
import { formatTable } from '../cli/print-table.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly asOf?: string;
  readonly json?: true;
}

export function trialBalanceCommand(context: CommandContext): Command {
  const command = new Command('trial-balance')
    .description('what stands on each account, and that all of it is zero')
    .option('--as-of <time>', 'as it was at that time', aTime)
    .addHelpText(
      'after',
      `
Examples:
  settle trial-balance
  settle trial-balance --as-of 2026-11-21T23:59:59Z

Credits are positive, debits negative. Exit code 1: a currency does not sum to zero.`,
    )
    .action(async (options: Options) => {
      const wish = options.asOf === undefined ? {} : { time: options.asOf };
      const balance = await withDatabase<ReadTables, TrialBalance>(surroundings(context, options), (db) =>
        tellPast(({ readTrialBalance }) => readTrialBalance(db, wish)),
      );
      if (balance.currencies.some((currency) => currency.sumMinor !== 0n)) context.exitWith(EXIT_FAILURE);
      context.terminal.out(options.json ? stringify(balance) : render(balance));
    });
  return addJsonOption(addFolderOption(command));
}

function render({ currencies }: TrialBalance): string {
  if (currencies.length === 0) return 'nothing is posted';
  const accounts = Object.keys(currencies[0]?.accounts ?? {}) as Account[];
  const lines = [...accounts, 'sum' as const];
  return formatTable(lines, [
    { title: 'account', value: (line) => line },
    ...currencies.map(({ currency, accounts: amounts, sumMinor }) => ({
      title: currency,
      value: (line: Account | 'sum') => formatMoney(line === 'sum' ? sumMinor : amounts[line], currency),
      align: 'right' as const,
    })),
  ]);
}
