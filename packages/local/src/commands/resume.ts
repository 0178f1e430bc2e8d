import type { ResumedPartition } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, aName, aReason, type CommandContext, surroundings } from '../cli/context.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';
import { partitionArgument } from './operate-groups.ts';

interface Options {
  readonly folder: string;
  readonly by: string;
  readonly reason?: string;
  readonly json?: true;
}

/** `settle groups resume`; `settle resume` is the same. */
export function resumeCommand(context: CommandContext): Command {
  const command = new Command('resume')
    .description('let a stopped or paused consumer group go on, at the event where it stands')
    .argument('<group>', 'as settle groups names it')
    .addArgument(partitionArgument())
    .requiredOption('--by <name>', 'who says so; it is recorded', aName)
    .option('--reason <text>', 'why; it is recorded', aReason)
    .addHelpText(
      'after',
      `
Examples:
  settle groups resume read_1 4 --by ada
  settle groups resume webhooks --by ada --reason "the receiver is back"

Mend the cause of a stop first (a newer release, a missing grant): the event is tried again, and nothing is skipped. If
it still can't be applied, the partition stops there again.`,
    )
    .action(async (group: string, partition: number | undefined, options: Options) => {
      const { resumeGroup } = await import('@northwind/event-store');
      const order = { group, ...(partition !== undefined && { partition }), actor: options.by };
      const resumed = await withDatabase<LedgerTables, ResumedPartition[]>(surroundings(context, options), (db) =>
        resumeGroup(db, { ...order, ...(options.reason !== undefined && { reason: options.reason }) }),
      );
      if (resumed.length === 0) {
        const what = partition === undefined ? `no partition of ${group}` : `partition ${partition} of ${group}`;
        const is = partition === undefined ? 'is stopped or paused' : 'is not stopped or paused';
        throw new UsageError(`${what} ${is}`, { hint: 'settle groups --partitions shows what is' });
      }
      if (options.json) return context.terminal.out(stringify({ ...order, partitions: resumed }));
      for (const { partition: at, nextOffset, stoppedReason } of resumed) {
        const was = stoppedReason === null ? 'it was paused' : `it was stopped by ${stoppedReason}`;
        context.terminal.out(`${group} goes on at ${at}/${nextOffset}; ${was}`);
      }
    });
  return addJsonOption(addFolderOption(command));
}
