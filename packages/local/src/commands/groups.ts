import type { GroupLag } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { stringify } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { formatTable } from '../cli/print-table.ts';
import { withDatabase } from '../cli/with-database.ts';
import { pauseCommand, seekCommand } from './operate-groups.ts';
import { resumeCommand } from './resume.ts';

interface Options {
  readonly folder: string;
  readonly partitions?: true;
  readonly json?: true;
}

interface GroupSummary {
  readonly group: string;
  readonly nextOffset: bigint;
  readonly headOffset: bigint;
  readonly lag: bigint;
  /** Age of the oldest event that is not applied, in the partition that is furthest behind. */
  readonly lagSeconds: number;
  readonly paused: readonly number[];
  readonly stopped: readonly { readonly partition: number; readonly offset: bigint; readonly reason: string }[];
}

export function groupsCommand(context: CommandContext): Command {
  const command = new Command('groups')
    .description('how far each consumer group is behind the log; pause, resume and seek operate one')
    // Or what stands behind a command of its own would be taken for an option of this one.
    .enablePositionalOptions()
    .option('--partitions', 'a line for each partition')
    .addHelpText(
      'after',
      `
Examples:
  settle groups
  settle groups --json | jq '.groups[] | select(.lag > 0)'

read_1 is the projector's group; webhooks follows the payout transitions. A group that can't apply an event stops that
partition and skips nothing: the line tells where and why, and the exit code is 1. When the cause is mended, settle
groups resume lets it go on. The lag is the events not applied yet and the age of the oldest of them.`,
    )
    .action(async (options: Options) => {
      const { readGroupLag } = await import('@northwind/event-store');
      const lags = await withDatabase<LedgerTables, GroupLag[]>(surroundings(context, options), readGroupLag);
      const groups = summarise(lags);
      if (groups.some((group) => group.stopped.length > 0)) context.exitWith(EXIT_FAILURE);
      if (options.json) return context.terminal.out(stringify({ groups, partitions: lags }));
      if (groups.length === 0) return context.terminal.out('no consumer group has started yet');
      context.terminal.out(options.partitions ? partitionTable(lags) : groupTable(groups));
    });
  addJsonOption(addFolderOption(command));
  for (const make of [pauseCommand, resumeCommand, seekCommand]) command.addCommand(make(context));
  return command;
}

export function summarise(lags: readonly GroupLag[]): GroupSummary[] {
  return [...Map.groupBy(lags, (lag) => lag.group)].map(([group, rows]) => ({
    group,
    nextOffset: sum(rows.map((row) => row.nextOffset)),
    headOffset: sum(rows.map((row) => row.headOffset)),
    lag: sum(rows.map((row) => row.lag)),
    lagSeconds: Math.max(0, ...rows.map((row) => row.lagSeconds)),
    paused: rows.filter((row) => row.pausedAt !== null).map((row) => row.partition),
    stopped: rows.flatMap(({ partition, nextOffset, stoppedReason }) =>
      stoppedReason === null ? [] : [{ partition, offset: nextOffset, reason: stoppedReason }],
    ),
  }));
}

function groupTable(groups: readonly GroupSummary[]): string {
  const stopped = ({ stopped }: GroupSummary) =>
    stopped.map(({ partition, offset, reason }) => `${partition}/${offset}: ${reason}`).join('; ');
  return formatTable(groups, [
    { title: 'group', value: (row) => row.group },
    { title: 'applied', value: (row) => String(row.nextOffset), align: 'right' },
    { title: 'in the log', value: (row) => String(row.headOffset), align: 'right' },
    { title: 'lag', value: (row) => String(row.lag), align: 'right' },
    { title: 'seconds', value: seconds, align: 'right' },
    { title: 'paused', value: (row) => row.paused.join(', ') || '-' },
    { title: 'stopped at', value: (row) => stopped(row) || '-' },
  ]);
}

function partitionTable(lags: readonly GroupLag[]): string {
  return formatTable(lags, [
    { title: 'group', value: (row) => row.group },
    { title: 'partition', value: (row) => String(row.partition), align: 'right' },
    { title: 'next offset', value: (row) => String(row.nextOffset), align: 'right' },
    { title: 'head', value: (row) => String(row.headOffset), align: 'right' },
    { title: 'lag', value: (row) => String(row.lag), align: 'right' },
    { title: 'seconds', value: seconds, align: 'right' },
    { title: 'paused', value: (row) => row.pausedAt ?? '-' },
    { title: 'stopped', value: (row) => row.stoppedReason ?? '-' },
  ]);
}

function seconds({ lagSeconds }: Pick<GroupLag, 'lagSeconds'>): string {
  return lagSeconds.toFixed(1);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
