import { randomBytes, stringify, systemClock } from '@northwind/service-kit';
import { Command, InvalidArgumentError } from 'commander';
import type { ChaosProgress } from '../chaos/chaos-options.ts';
import { addJsonOption, type CommandContext, wholeNumber } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { listenForStop } from '../up/signals.ts';

interface Options {
  readonly seed?: string;
  readonly events: number;
  readonly duplicates: number;
  readonly writers: number;
  readonly projectors: number;
  readonly postgresStops: number;
  readonly killEvery: number;
  readonly keep?: true;
  readonly json?: true;
}

const EVENTS = 1_000_000;
const EVENTS_MAX = 20_000_000;

export function chaosCommand(context: CommandContext): Command {
  const command = new Command('chaos')
    .description('a million events while every process is killed in turn; then everything is counted')
    .option('--events <n>', 'unique events', wholeNumber(100, EVENTS_MAX), EVENTS)
    .option('--duplicates <share>', 'how many of them are sent again, from 0 to 1', share, 0.2)
    .option('--writers <n>', 'writer processes', wholeNumber(1, 16), 3)
    .option('--projectors <n>', 'projector processes', wholeNumber(1, 16), 2)
    .option('--postgres-stops <n>', 'how often PostgreSQL is stopped immediate', wholeNumber(0, 1_000), 5)
    .option('--kill-every <ms>', 'milliseconds from one kill -9 to the next, about', wholeNumber(100, 60_000), 1_000)
    .option('--seed <text>', 'the same events and the same order of kills again (default: a new one)')
    .option('--keep', 'keep the logs of its processes when something is wrong')
    .addHelpText(
      'after',
      `
Examples:
  settle chaos --seed 1
  settle chaos --events 50000 --postgres-stops 2
  settle chaos --json | jq .checks

It starts a system of its own in a temporary folder and leaves nothing behind. docs/chaos.md tells what is checked.
Exit code 1: something is not right.`,
    )
    .action((options: Options) => run(context, options));
  return addJsonOption(command);
}

async function run(context: CommandContext, options: Options): Promise<void> {
  const [{ runChaos }, { renderReport }] = await Promise.all([
    import('../chaos/run-chaos.ts'),
    import('../chaos/render-report.ts'),
  ]);
  const { terminal } = context;
  const signals = listenForStop(systemClock);
  const live = createLive(context);
  try {
    const { seed, killEvery: killEveryMs, keep = false } = options;
    const report = await runChaos({
      ...options,
      seed: seed ?? randomBytes(4).toString('hex'),
      killEveryMs,
      keep,
      clock: systemClock,
      signal: signals.stop,
      onProgress: live.show,
    });
    live.stop();
    terminal.out(options.json ? stringify(report) : renderReport(report, terminal.color.isColorSupported));
    if (!report.passed) context.exitWith(EXIT_FAILURE);
  } catch (error) {
    live.stop();
    if (!signals.stop.aborted) throw error;
    terminal.err('stopped before it was finished');
    context.exitWith(EXIT_FAILURE);
  } finally {
    signals.dispose();
  }
}

function createLive({ terminal }: CommandContext) {
  let phase = '';
  let progress: Progress | null = null;
  let began: ChaosProgress | null = null;
  return {
    show: (now: ChaosProgress) => {
      if (now.phase !== phase) {
        progress?.stop();
        phase = now.phase;
        const isCounted = phase === 'running';
        const label = 'settled';
        progress = isCounted
          ? createProgress({ terminal, clock: systemClock, label, total: now.total, unit: '' })
          : null;
        if (isCounted) began = now;
        else terminal.err(`${phase} …`);
      }
      if (began !== null) progress?.update(now.settled, describe(now, began));
    },
    stop: () => progress?.stop(),
  };
}

function describe(now: ChaosProgress, began: ChaosProgress): string {
  const elapsed = (now.elapsedMs - began.elapsedMs) / 1_000;
  const rate = elapsed > 0 ? now.settled / elapsed : 0;
  const left = rate > 0 ? `${Math.ceil((now.total - now.settled) / rate)} s left` : '';
  const struck = `kill -9 ${now.kills}  PostgreSQL stopped ${now.postgresStops}`;
  return `sent ${now.sent}  ${Math.round(rate)}/s  ${struck}  ${left}`;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It is a share from 0 to 1.');
  return value;
}
