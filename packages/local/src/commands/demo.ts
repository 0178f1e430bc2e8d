import { randomBytes, stringify, systemClock } from '@northwind/service-kit';
import { Command } from 'commander';
import { addJsonOption, type CommandContext, wholeNumber } from '../cli/context.ts';
import { EXIT_FAILURE } from '../cli/exit-codes.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { listenForStop } from '../up/signals.ts';

interface Options {
  readonly seed?: string;
  readonly events: number;
  readonly chaos: boolean;
  readonly json?: true;
}

const EVENTS = 10_000;
const EVENTS_MAX = 1_000_000;

export function demoCommand(context: CommandContext): Command {
  const command = new Command('demo')
    .description('the proof in a minute: a disordered stream of events, and every figure checked')
    .option('--seed <text>', 'makes the same events again (default: a new one, printed in the report)')
    .option('--events <n>', 'how many', wholeNumber(100, EVENTS_MAX), EVENTS)
    .option('--chaos', 'kill -9 every service in the middle', false)
    .addHelpText(
      'after',
      `
Examples:
  settle demo
  settle demo --chaos --seed 42
  settle demo --json | jq .latency

It starts a system of its own in a temporary folder, sends events with duplicates, conflicts, invalid bodies and
disorder, and compares every balance, payout and webhook with what the generator knows. Exit code 1: something is
not right.`,
    )
    .action(async ({ seed, events, chaos, json }: Options) => {
      const [{ runDemo }, { isPassed, renderReport }] = await Promise.all([
        import('../demo/run-demo.ts'),
        import('../demo/render-report.ts'),
      ]);
      const { terminal } = context;
      const signals = listenForStop(systemClock);
      const phases = createPhases(context);
      try {
        const report = await runDemo({
          seed: seed ?? randomBytes(4).toString('hex'),
          events,
          chaos,
          clock: systemClock,
          signal: signals.stop,
          onProgress: phases.show,
        });
        phases.stop();
        terminal.out(json ? stringify(report) : renderReport(report, terminal.color.isColorSupported));
        if (!isPassed(report)) context.exitWith(EXIT_FAILURE);
      } catch (error) {
        phases.stop();
        if (!signals.stop.aborted) throw error;
        terminal.err('stopped before it was finished');
        context.exitWith(EXIT_FAILURE);
      } finally {
        signals.dispose();
      }
    });
  return addJsonOption(command);
}

/** One progress bar for each phase that tells how much there is to do. */
function createPhases({ terminal }: CommandContext) {
  let phase = '';
  let progress: Progress | null = null;
  return {
    show: (step: { readonly phase: string; readonly done: number; readonly total: number }) => {
      if (step.phase !== phase) {
        progress?.stop();
        phase = step.phase;
        const { total } = step;
        progress = total > 1 ? createProgress({ terminal, clock: systemClock, label: phase, total, unit: '' }) : null;
        if (progress === null || !terminal.isInteractive) terminal.err(`${phase} …`);
      }
      progress?.update(step.done, '');
    },
    stop: () => progress?.stop(),
  };
}
