import { stringify, systemClock } from '@northwind/service-kit';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { findEventsQueue } from '../cli/find-stack.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import type { SendReport } from '../send/send-file.ts';

interface Options {
  readonly folder: string;
  readonly concurrency: number;
  readonly json?: true;
}

const CONCURRENCY = 8;
const CONCURRENCY_MAX = 64;
const KIB = 1_024;

export function sendCommand(context: CommandContext): Command {
  const command = new Command('send')
    .description('send a file of CloudEvents, one JSON a line, to the events queue')
    .argument('<file>', 'events.ndjson, gzipped or not')
    .option('--concurrency <n>', 'requests at the same time', wholeNumber(1, CONCURRENCY_MAX), CONCURRENCY)
    .addHelpText(
      'after',
      `
Examples:
  settle send events.ndjson.gz
  settle convert online-retail.csv --out events.ndjson && settle send events.ndjson
  SQS_EVENTS_URL=https://sqs.eu-west-1.amazonaws.com/1234/settlement-events settle send events.ndjson

Every line that is not empty is sent as it is; what is no event becomes a rejection (settle rejections). Sending a file
twice does no harm: what arrives twice counts once. Lines over 1 MiB can't be sent; they are named, and the exit code
is 1.`,
    )
    .action(async (path: string, options: Options) => {
      const { sendFile } = await import('../send/send-file.ts');
      const { terminal } = context;
      const queue = findEventsQueue(surroundings(context, options));
      let progress: Progress | null = null;
      const report = await sendFile({
        path,
        queue,
        concurrency: options.concurrency,
        clock: systemClock,
        onOpen: (sizeBytes) => {
          const total = Math.ceil(sizeBytes / KIB);
          progress = createProgress({ terminal, clock: systemClock, label: 'sending', total, unit: 'KiB' });
        },
        onProgress: (readBytes, sent, rate) => progress?.update(Math.ceil(readBytes / KIB), `${sent} sent, ${rate}/s`),
      }).finally(() => progress?.stop());
      if (options.json) terminal.out(stringify(report));
      else terminal.out(summarise(report));
      for (const warning of warnings(report)) terminal.err(warning);
      if (report.refused.count > 0) context.exitWith(EXIT_FAILURE);
    });
  return addJsonOption(addFolderOption(command));
}

function summarise({ sent, lines, durationMs, perSecond, retried }: SendReport): string {
  const again = retried > 0 ? `, ${retried} sent again` : '';
  return `sent ${sent} of ${lines} lines in ${(durationMs / 1_000).toFixed(1)} s (${perSecond}/s${again})`;
}

function warnings({ suspicious, refused }: SendReport): string[] {
  const lines = refused.first.map(({ line, reason }) => `line ${line} was not sent: ${reason}`);
  const more = refused.count - refused.first.length;
  if (more > 0) lines.push(`… and ${more} more`);
  if (suspicious.count > 0) {
    const named = suspicious.firstLines.slice(0, 5).join(', ');
    lines.push(`${suspicious.count} lines are no JSON object and will be rejected (the first: ${named})`);
  }
  return lines;
}
