import { createColors } from 'picocolors';

/** Where a command writes. stdout carries what was asked for, stderr everything said about it. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** True when a person looks at stderr, so that a line may be drawn over. */
  readonly isInteractive: boolean;
  readonly color: ReturnType<typeof createColors>;
}

/** NO_COLOR (https://no-color.org) counts when it is set to anything but nothing. */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  const isInteractive = process.stderr.isTTY === true && env.TERM !== 'dumb';
  // A reader that has seen enough (`| head`) or a terminal that was closed is no reason to fail, least of all to stop
  // half way through stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const noColor = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    isInteractive,
    color: createColors(!noColor && process.stdout.isTTY === true && env.TERM !== 'dumb'),
  };
}
