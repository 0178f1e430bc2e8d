import type { AnomalyKind, StoredAnomaly } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { stringify } from '@northwind/service-kit';
import { Command, Option } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { showCoordinate } from '../cli/moment.ts';
import { formatTable } from '../cli/print-table.ts';
import { shorten } from '../cli/shorten.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly kind?: AnomalyKind;
  readonly limit: number;
  readonly json?: true;
}

const MEANINGS: Readonly<Record<AnomalyKind, string>> = {
  amount_mismatch: 'facts of a payout or a dispute tell different amounts',
  business_duplicate: 'told again under another time; the first counts',
  currency_mismatch: 'a refund or dispute in another currency than its payment',
  negative_balance: 'the available balance went below zero',
  over_refund: 'more was refunded than captured',
  settled_and_failed: 'a payout is told settled and failed; it counts as settled',
  unknown_payment: 'a refund or dispute of a payment not captured yet',
  won_and_lost: 'a dispute is told won and lost; it counts as lost',
};

const LIMIT = 20;
const LIMIT_MAX = 10_000;
const SUBJECT_WIDTH = 40;
const DETAIL_WIDTH = 80;

export function anomaliesCommand(context: CommandContext): Command {
  const command = new Command('anomalies')
    .description('what was applied and still can’t be right about the world (newest first)')
    .option('--merchant <id>', 'of one merchant')
    .addOption(new Option('--kind <kind>', 'only these').choices(Object.keys(MEANINGS)))
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle anomalies --merchant mer_001
  settle anomalies --kind over_refund --json | jq '.anomalies[] | {merchantId, subject, detail}'

Kinds:
${Object.entries(MEANINGS)
  .map(([kind, meaning]) => `  ${kind.padEnd(19)}${meaning}`)
  .join('\n')}

They are history: one that a later event has resolved stays where it was. At is the event that showed it.`,
    )
    .action(async (options: Options) => {
      const { listAnomalies } = await import('@northwind/projector');
      const { merchant: merchantId, kind, limit } = options;
      const anomalies = await withDatabase<ReadTables, StoredAnomaly[]>(surroundings(context, options), (db) =>
        listAnomalies(db, { merchantId, kind, limit }),
      );
      if (options.json) return context.terminal.out(stringify({ anomalies }));
      if (anomalies.length === 0) return context.terminal.out('no anomalies');
      context.terminal.out(
        formatTable(anomalies, [
          { title: 'recorded', value: (row) => row.recordedAt },
          { title: 'kind', value: (row) => row.kind },
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'subject', value: (row) => shorten(row.subject, SUBJECT_WIDTH) },
          { title: 'at', value: showCoordinate, align: 'right' },
          { title: 'detail', value: (row) => shorten(describeDetail(row.detail), DETAIL_WIDTH) },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}

/** `amountMinor 4900, otherAmountMinor 5000` */
function describeDetail(detail: StoredAnomaly['detail']): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
