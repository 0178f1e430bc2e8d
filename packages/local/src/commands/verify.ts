import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Anchor, Finding, FindingKind, VerifyReport } from '@northwind/event-store';
import { stringify, systemClock } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { findDatabaseUrl } from '../cli/find-stack.ts';
import { formatNumber } from '../cli/format-number.ts';
import { formatTable } from '../cli/print-table.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { UsageError } from '../cli/usage-error.ts';

interface Options {
  readonly folder: string;
  readonly parallel: number;
  readonly anchor?: string;
  readonly json?: true;
}

const PARALLEL_MAX = 64;
/** More are counted; --json has them. */
const FINDINGS_SHOWN = 50;

export function verifyCommand(context: CommandContext): Command {
  const command = new Command('verify')
    .description('read the whole log again and find whatever was changed, taken away, added or moved')
    .option('--parallel <n>', 'threads', wholeNumber(1, PARALLEL_MAX), availableParallelism())
    .option('--anchor <file>', 'heads that settle seal head printed earlier; - for stdin')
    .addHelpText(
      'after',
      `
Examples:
  settle verify
  settle verify --anchor heads.txt     also finds a tail that was cut off and a chain that was sealed anew

Computes every key, fingerprint, Merkle root and chain hash again. The log may be written to meanwhile. Findings name
the coordinate partition/offset and are exit code 1. What it promises: docs/tamper-evidence.md.`,
    )
    .action(async (options: Options) => {
      const anchor = options.anchor === undefined ? undefined : await readAnchorFile(options.anchor);
      const url = findDatabaseUrl(surroundings(context, options));
      const { verifyLog, WHAT_TO_DO } = await import('@northwind/event-store');
      const progress = showProgress(context);
      const report = await verifyLog({
        database: { url, applicationName: 'settle verify' },
        parallel: options.parallel,
        ...(anchor && { anchor }),
        ...progress,
      }).finally(progress.stop);
      const eventsPerSecond = progress.eventsPerSecond(report.events);
      if (report.findings.length > 0) context.exitWith(EXIT_FAILURE);
      if (options.json) return context.terminal.out(stringify({ ...report, eventsPerSecond }));
      for (const line of reportLines({ report, eventsPerSecond, whatToDo: WHAT_TO_DO })) {
        context.terminal.out(line);
      }
    });
  return addJsonOption(addFolderOption(command));
}

/** Throws UsageError for what is no anchor. */
export async function readAnchorFile(path: string): Promise<Anchor> {
  const { parseAnchor } = await import('@northwind/event-store');
  const result = parseAnchor(readText(path));
  if (result.ok) return result.anchor;
  throw new UsageError(`${path}, line ${result.line}: ${result.message}`, {
    hint: 'an anchor is what settle seal head printed, unchanged; several may stand below each other',
  });
}

/** `-` is stdin. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${(error as Error).message}`, { hint: 'name a file that is there' });
  }
}

function showProgress({ terminal }: CommandContext) {
  const clock = systemClock;
  let progress: Progress | null = null;
  let startedMs = clock.monotonicMs();
  let read = 0;
  const eventsPerSecond = (events: number) =>
    Math.round(events / Math.max(0.001, (clock.monotonicMs() - startedMs) / 1_000));
  return {
    eventsPerSecond,
    onStart: (total: bigint) => {
      startedMs = clock.monotonicMs();
      progress = createProgress({ terminal, clock, label: 'verify', total: Number(total), unit: 'events' });
    },
    onProgress: (events: number) => {
      read += events;
      progress?.update(read, `${formatNumber(eventsPerSecond(read))} events/s`);
    },
    stop: () => progress?.stop(),
  };
}

interface ReportView {
  readonly report: VerifyReport;
  readonly eventsPerSecond: number;
  readonly whatToDo: Readonly<Record<FindingKind, string>>;
}

export function reportLines({ report, eventsPerSecond, whatToDo }: ReportView): string[] {
  const { events, partitions, blocks, unsealed, anchored, findings, findingCount } = report;
  const summary = [
    `${formatNumber(events)} events in ${partitions} partitions read, ${formatNumber(eventsPerSecond)} events/s`,
    `${formatNumber(blocks)} blocks of seals checked`,
    `${formatNumber(unsealed)} events at the end are not sealed yet`,
    ...(anchored === null ? [] : [`${formatNumber(anchored)} anchored heads compared`]),
  ];
  if (findings.length === 0) return [...summary, 'nothing was changed, taken away, added or moved'];
  const guards = findings.filter(({ kind }) => kind === 'guard_off').length;
  const kinds = new Set(findings.map(({ kind }) => kind));
  const table = formatTable(findings.slice(0, FINDINGS_SHOWN), [
    { title: 'where', value: coordinates },
    { title: 'found', value: ({ kind }) => kindWord(kind) },
    { title: 'why', value: ({ detail }) => detail },
  ]);
  const more = findings.length - FINDINGS_SHOWN;
  return [
    ...summary,
    ...(findingCount > 0n ? [`${formatNumber(findingCount)} offsets are not as they were`] : []),
    ...(guards > 0 ? [`${formatNumber(guards)} guards of the tables are not as they were made`] : []),
    '',
    ...table.split('\n'),
    ...(more > 0 ? [`and ${formatNumber(more)} more; --json has them`] : []),
    '',
    'What to do:',
    ...[...kinds].map((kind) => `  ${kindWord(kind)}: ${whatToDo[kind]}`),
  ];
}

function coordinates({ partition, offset, toOffset }: Finding): string {
  if (partition < 0) return 'tables';
  const last = toOffset - 1n;
  return last > offset ? `${partition}/${offset} to ${partition}/${last}` : `${partition}/${offset}`;
}

const kindWord = (kind: FindingKind) => kind.replace('_', ' ');
