import type { StoredRejection } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { formatTable } from '../cli/print-table.ts';
import { shorten } from '../cli/shorten.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly limit: number;
  readonly json?: true;
}

const LIMIT = 20;
const LIMIT_MAX = 10_000;
const REASON_WIDTH = 60;
const BODY_WIDTH = 40;

export function rejectionsCommand(context: CommandContext): Command {
  const command = new Command('rejections')
    .description('messages that are no event, and why (newest first)')
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle rejections
  settle rejections --json --limit 1000 | jq -r '.rejections[] | .code' | sort | uniq -c

Every rejected message is kept with its raw body; --json prints it whole. The producer corrects and sends again.`,
    )
    .action(async (options: Options) => {
      const { listRejections } = await import('@northwind/event-store');
      const { limit } = options;
      const rejections = await withDatabase<LedgerTables, StoredRejection[]>(surroundings(context, options), (db) =>
        listRejections(db, { limit }),
      );
      if (options.json) return context.terminal.out(stringify({ rejections }));
      if (rejections.length === 0) return context.terminal.out('no rejections');
      context.terminal.out(
        formatTable(rejections, [
          { title: 'recorded', value: (row) => row.recordedAt },
          { title: 'code', value: (row) => row.code },
          { title: 'field', value: (row) => row.field || '(body)' },
          { title: 'reason', value: (row) => shorten(row.reason, REASON_WIDTH) },
          { title: 'body', value: (row) => shorten(row.body, BODY_WIDTH) },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}
