import type { Clock } from '@northwind/service-kit';
import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** How far long work is: a bar that is drawn over for a person, a line every few seconds for a log. */
export interface Progress {
  /** `note` says more than the number, for example a rate. */
  update(done: number, note: string): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly label: string;
  readonly total: number;
  readonly unit: string;
}

const LINE_EVERY_MS = 5_000;

export function createProgress(options: ProgressOptions): Progress {
  return options.terminal.isInteractive ? drawBar(options) : printLines(options);
}

function drawBar({ label, total, unit }: ProgressOptions): Progress {
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage} %  {value}/{total} ${unit}  {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    stream: process.stderr,
    fps: 10,
    gracefulExit: true,
  });
  bar.start(total, 0, { note: '' });
  return { update: (done, note) => bar.update(done, { note }), stop: () => bar.stop() };
}

function printLines({ label, total, unit, terminal, clock }: ProgressOptions): Progress {
  let printedMs = clock.monotonicMs();
  return {
    update: (done, note) => {
      if (clock.monotonicMs() - printedMs < LINE_EVERY_MS) return;
      printedMs = clock.monotonicMs();
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      terminal.err(`${label} ${percent} %  ${done}/${total} ${unit}  ${note}`);
    },
    stop: () => undefined,
  };
}
