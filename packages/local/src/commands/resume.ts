import type { ResumedPartition } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { stringify } from '@northwind/service-kit';
import { Argument, Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly by: string;
  readonly json?: true;
}

const PARTITION_MAX = 32_767;

export function resumeCommand(context: CommandContext): Command {
  const command = new Command('resume')
    .description('let a stopped partition of a consumer group go on, at the event that stopped it')
    .argument('<group>', 'as settle groups names it')
    .addArgument(new Argument('<partition>', 'its number').argParser(wholeNumber(0, PARTITION_MAX)))
    .requiredOption('--by <name>', 'who says so; it is recorded')
    .addHelpText(
      'after',
      `
Example:
  settle resume read_1 4 --by ada

Mend the cause first (a newer release, a missing grant): the event is tried again, and nothing is skipped. If it still
can't be applied, the partition stops there again.`,
    )
    .action(async (group: string, partition: number, options: Options) => {
      const { resumePartition } = await import('@northwind/event-store');
      const order = { group, partition, actor: options.by };
      const resumed = await withDatabase<LedgerTables, ResumedPartition | null>(surroundings(context, options), (db) =>
        resumePartition(db, order),
      );
      if (resumed === null) {
        const hint = 'settle groups --partitions shows what is';
        throw new UsageError(`partition ${partition} of ${group} is not stopped`, { hint });
      }
      const { nextOffset, stoppedReason } = resumed;
      if (options.json) return context.terminal.out(stringify({ ...order, ...resumed }));
      context.terminal.out(`${group} goes on at ${partition}/${nextOffset}; it was stopped by ${stoppedReason}`);
    });
  return addJsonOption(addFolderOption(command));
}
