import { formatMoney } from '@northwind/events';
import { stringify } from '@northwind/service-kit';
import type { UnacknowledgedLine, UnacknowledgedReport, WebhookDatabase } from '@northwind/webhooks';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../../cli/context.ts';
import { aDuration } from '../../cli/duration.ts';
import { formatTable } from '../../cli/print-table.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly olderThan: number;
  readonly limit: number;
  readonly json?: true;
  readonly csv?: true;
}

const HOUR_MS = 3_600_000;
const LIMIT = 1_000;
const LIMIT_MAX = 100_000;

export function unacknowledgedCommand(context: CommandContext): Command {
  const command = new Command('unacknowledged')
    .description('settled, never acknowledged: payouts whose merchant never answered payout.settled with 200–299')
    .option('--merchant <id>', 'of one merchant')
    .option('--older-than <time>', 'settled at least so long ago (90s, 30m, 1h, 7d; default: 1h)', aDuration, HOUR_MS)
    .option('--limit <n>', 'lines at most', wholeNumber(1, LIMIT_MAX), LIMIT)
    .option('--csv', 'for spreadsheets')
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks unacknowledged
  settle webhooks unacknowledged --older-than 1d --merchant mer_001
  settle webhooks unacknowledged --older-than 7d --csv > unacknowledged.csv

Reasons:
  no_endpoint  the merchant has none: there is nobody to tell
  not_sent     it has some, and none was sent it: not subscribed, registered later, or disabled then
  given_up     every delivery ended without an answer of 200–299
  pending      a delivery waits for its next attempt`,
    )
    .action(async (options: Options) => {
      if (options.json && options.csv)
        throw new UsageError('--json and --csv are different formats', { hint: 'take one' });
      const { listUnacknowledged } = await import('@northwind/webhooks');
      const { merchant: merchantId, olderThan: olderThanMs, limit } = options;
      const report = await withDatabase<WebhookDatabase, UnacknowledgedReport>(surroundings(context, options), (db) =>
        listUnacknowledged(db, { merchantId, olderThanMs, limit }),
      );
      const { terminal } = context;
      if (report.isCutOff) terminal.err(`only the ${limit} lines with the oldest payouts; --limit shows more`);
      if (options.json) return terminal.out(stringify(report));
      if (options.csv) return terminal.out((await toCsvText(report.lines)).trimEnd());
      if (report.lines.length === 0) return terminal.out('every settled payout was acknowledged');
      terminal.out(
        formatTable(report.lines, [
          { title: 'merchant', value: (line) => line.merchantId },
          { title: 'reason', value: (line) => line.reason },
          { title: 'age', value: (line) => line.age.replaceAll('_', ' ') },
          { title: 'payouts', value: (line) => String(line.count), align: 'right' },
          { title: 'amount', value: (line) => formatMoney(line.amountMinor, line.currency), align: 'right' },
          { title: 'oldest', value: (line) => line.oldestRecordedAt },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}

async function toCsvText(lines: readonly UnacknowledgedLine[]): Promise<string> {
  const { toCsv } = await import('@northwind/reconcile');
  const titles = ['merchantId', 'reason', 'age', 'currency', 'count', 'amountMinor', 'oldestRecordedAt'];
  return toCsv(
    titles,
    lines.map((line) => [
      line.merchantId,
      line.reason,
      line.age,
      line.currency,
      line.count,
      line.amountMinor,
      line.oldestRecordedAt,
    ]),
  );
}
