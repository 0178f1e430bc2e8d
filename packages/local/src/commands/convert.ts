import { existsSync } from 'node:fs';
import { StartupError, stringify, systemClock } from '@northwind/service-kit';
import { Command } from 'commander';
import { addJsonOption, type CommandContext } from '../cli/context.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { UsageError } from '../cli/usage-error.ts';
import type { ConversionSummary } from '../online-retail/convert-online-retail.ts';

interface Options {
  readonly out?: string;
  readonly json?: true;
}

const KIB = 1_024;

export function convertCommand(context: CommandContext): Command {
  const command = new Command('convert')
    .description('turn the Online Retail CSV (real orders of a shop) into CloudEvents, one JSON a line')
    .argument('<file>', 'the CSV, gzipped or not')
    .option('--out <file>', 'where the events go (default: the standard output); gzipped when it ends in .gz')
    .addHelpText(
      'after',
      `
Examples:
  settle convert online-retail.csv --out events.ndjson.gz
  settle convert online-retail.csv | head -3

docs/online-retail.md tells which line becomes which event. The same CSV always gives the same events.`,
    )
    .action(async (from: string, { out, json }: Options) => {
      if (json && out === undefined) {
        throw new UsageError('--json prints a summary where the events would go', { hint: 'add --out <file>' });
      }
      if (!existsSync(from)) throw new StartupError(`there is no file ${from}`, { hint: 'check its name' });
      const { terminal } = context;
      const summary = await convert(from, out ?? null, context);
      if (json) terminal.out(stringify({ from, to: out, ...summary }));
      else terminal.err(describe(summary));
    });
  return addJsonOption(command);
}

async function convert(from: string, to: string | null, { terminal }: CommandContext): Promise<ConversionSummary> {
  const { convertOnlineRetail, ConversionError } = await import('../online-retail/convert-online-retail.ts');
  let progress: Progress | null = null;
  try {
    return await convertOnlineRetail({
      from,
      to,
      onProgress: ({ lines, bytesRead, bytesTotal }) => {
        const total = Math.ceil(bytesTotal / KIB);
        progress ??= createProgress({ terminal, clock: systemClock, label: 'converting', total, unit: 'KiB' });
        progress.update(Math.ceil(bytesRead / KIB), `${lines} lines`);
      },
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return process.exit(0); // `| head` has seen enough
    if (!(cause instanceof ConversionError)) throw cause;
    throw new StartupError(`${from}: ${cause.message}`, { hint: 'correct the CSV there', cause });
  } finally {
    (progress as Progress | null)?.stop();
  }
}

function describe({ lines, payments, refunds, adjustments, merchants }: ConversionSummary): string {
  const events = `${payments} payments, ${refunds} refunds, ${adjustments} adjustments`;
  return `${lines} lines: ${events} of ${merchants} merchants`;
}
