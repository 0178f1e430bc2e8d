/** What people do to consumer groups beside letting them go on: pause and seek. All of it is recorded. */
import type { PausedPartition, SeekOutcome } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { stringify } from '@northwind/service-kit';
import { Argument, Command, InvalidArgumentError } from 'commander';
import {
  addFolderOption,
  addJsonOption,
  aName,
  aReason,
  type CommandContext,
  surroundings,
  wholeNumber,
} from '../cli/context.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly by: string;
  readonly json?: true;
}

interface SeekOptions extends Options {
  readonly to: bigint | 'beginning' | 'end';
  readonly reason: string;
}

const PARTITION_MAX = 32_767;
const OFFSET_MAX = 2n ** 63n - 1n;

const parsePartition = wholeNumber(0, PARTITION_MAX);

/** One partition, or all of them without it. */
export function partitionArgument(): Argument {
  return new Argument('[partition]', 'its number; all partitions without it').argParser(parsePartition);
}

export function pauseCommand(context: CommandContext): Command {
  const command = new Command('pause')
    .description('hold a consumer group back, after the batch under way')
    .argument('<group>', 'as settle groups names it')
    .addArgument(partitionArgument())
    .requiredOption('--by <name>', 'who says so; it is recorded', aName)
    .option('--reason <text>', 'why; it is recorded', aReason)
    .addHelpText('after', '\nExample:\n  settle groups pause webhooks --by ada --reason "the receiver is being moved"')
    .action(async (group: string, partition: number | undefined, options: Options & { readonly reason?: string }) => {
      const { pauseGroup } = await import('@northwind/event-store');
      const { reason, by: actor } = options;
      const order = { group, ...(partition !== undefined && { partition }), ...(reason !== undefined && { reason }) };
      const paused = await withDatabase<LedgerTables, PausedPartition[]>(surroundings(context, options), (db) =>
        pauseGroup(db, { ...order, actor }),
      );
      if (paused.length === 0) {
        const hint = 'settle groups --partitions shows which groups there are and what is paused';
        throw new UsageError(`nothing of ${group} is left to pause`, { hint });
      }
      if (options.json) return context.terminal.out(stringify({ ...order, actor, partitions: paused }));
      for (const { partition: at, nextOffset } of paused)
        context.terminal.out(`${group} is paused at ${at}/${nextOffset}`);
    });
  return addJsonOption(addFolderOption(command));
}

export function seekCommand(context: CommandContext): Command {
  const command = new Command('seek')
    .description('move a paused or stopped consumer group to another offset')
    .argument('<group>', 'as settle groups names it')
    .addArgument(new Argument('<partition>', 'its number, or all').argParser(parsePartitionOrAll))
    .requiredOption('--to <offset>', 'the offset to apply next, beginning or end', parseTarget)
    .requiredOption('--by <name>', 'who says so; it is recorded', aName)
    .requiredOption('--reason <text>', 'why; it is recorded', aReason)
    .addHelpText(
      'after',
      `
Examples:
  settle groups pause read_1 4 --by ada
  settle groups seek read_1 4 --to 1235 --by ada --reason "INC-17: event 1234 was wrong, corrected by hand"
  settle groups resume read_1 4 --by ada

What lies between is applied again (backwards) or never (forwards). That is why the group has to be held back first:
until it is resumed, another seek mends a wrong one. The end is the head of the log: of a group that follows another,
such as webhooks, it skips what is in the log now, also where the other has not come so far yet.`,
    )
    .action(async (group: string, partition: number | 'all', options: SeekOptions) => {
      const { seekGroup } = await import('@northwind/event-store');
      const { to, by: actor, reason } = options;
      const order = { group, ...(partition !== 'all' && { partition }), to, actor, reason };
      const outcome = await withDatabase<LedgerTables, SeekOutcome>(surroundings(context, options), (db) =>
        seekGroup(db, order),
      );
      const sought = orRefuse(outcome, group);
      if (options.json) return context.terminal.out(stringify({ ...order, partitions: sought }));
      for (const { partition: at, fromOffset, toOffset, headOffset } of sought) {
        context.terminal.out(
          `${group} stands at ${at}/${toOffset}; it was at ${fromOffset}, the head is ${headOffset}`,
        );
      }
    });
  return addJsonOption(addFolderOption(command));
}

type Sought = Extract<SeekOutcome, { kind: 'sought' }>['partitions'];

function orRefuse(outcome: SeekOutcome, group: string): Sought {
  switch (outcome.kind) {
    case 'sought':
      return outcome.partitions;
    case 'unknown':
      throw new UsageError(`there is no such partition of ${group}`, { hint: 'settle groups --partitions shows all' });
    case 'running': {
      const numbers = outcome.partitions.map(({ partition }) => partition).join(', ');
      const hint = `settle groups pause ${group} --by <name>`;
      throw new UsageError(`${group} is not paused (partition ${numbers}); nothing was moved`, { hint });
    }
    case 'outside': {
      const heads = outcome.partitions.map(({ partition, headOffset }) => `${partition}/${headOffset}`).join(', ');
      throw new UsageError(`that is beyond the head (${heads}); nothing was moved`, { hint: '--to end is the head' });
    }
  }
}

function parsePartitionOrAll(text: string): number | 'all' {
  return text === 'all' ? text : parsePartition(text);
}

export function parseTarget(text: string): bigint | 'beginning' | 'end' {
  if (text === 'beginning' || text === 'end') return text;
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > OFFSET_MAX) {
    throw new InvalidArgumentError('It is an offset (a whole number from 0), beginning or end.');
  }
  return BigInt(text);
}
