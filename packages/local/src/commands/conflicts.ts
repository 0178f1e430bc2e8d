import type { Conflict } from '@northwind/event-store';
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
const SUBJECT_WIDTH = 40;

export function conflictsCommand(context: CommandContext): Command {
  const command = new Command('conflicts')
    .description('the same event sent again with another content (newest first)')
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle conflicts
  settle conflicts --json | jq '.conflicts[] | {subject, differingFields, firstData, data}'

Type, subject and time of an event are its identity. What arrives again under it with other data is never applied and
never dropped: both contents are here, and whoever sent it has to say which is right (by a new event).`,
    )
    .action(async (options: Options) => {
      const { listConflicts } = await import('@northwind/event-store');
      const { limit } = options;
      const conflicts = await withDatabase<LedgerTables, Conflict[]>(surroundings(context, options), (db) =>
        listConflicts(db, { limit }),
      );
      if (options.json) return context.terminal.out(stringify({ conflicts }));
      if (conflicts.length === 0) return context.terminal.out('no conflicts');
      context.terminal.out(
        formatTable(conflicts, [
          { title: 'recorded', value: (row) => row.recordedAt },
          { title: 'type', value: (row) => row.type },
          { title: 'subject', value: (row) => shorten(row.subject, SUBJECT_WIDTH) },
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'first at', value: (row) => `${row.firstPartition}/${row.firstOffset}`, align: 'right' },
          { title: 'differs in', value: (row) => row.differingFields.join(', ') },
          { title: 'seen', value: (row) => String(row.seen), align: 'right' },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}
