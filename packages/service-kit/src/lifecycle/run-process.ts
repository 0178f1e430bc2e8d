import { type Clock, systemClock } from '../clock.ts';
import { ConfigError } from '../config/config-error.ts';
import { explainStartupError } from './explain-startup-error.ts';
import type { Service } from './service.ts';

export interface RunProcessOptions {
  readonly name: string;
  /** Builds the service from its configuration. The signal aborts when the process is told to stop meanwhile. */
  readonly main: (signal: AbortSignal) => Promise<Service>;
  /** Stopping takes at most this long; then the process ends anyway, with exit code 1. */
  readonly stopTimeoutMs?: number;
  readonly onStarted?: () => void;
  readonly host?: ProcessHost;
  readonly clock?: Pick<Clock, 'monotonicMs'>;
}

/** What runProcess needs of the process it runs in. */
export interface ProcessHost {
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
  printError(line: string): void;
  exit(code: number): void;
  setTimer(ms: number, listener: () => void): void;
}

export const EXIT_FAILED = 1;
export const EXIT_WRONG_CONFIG = 2;

// Below the ten seconds that container runtimes commonly wait between SIGTERM and SIGKILL.
const STOP_TIMEOUT_MS = 8_000;

// One Ctrl-C reaches a process several times: from the terminal, from npm, from whoever started it. Within this time
// of the first signal they are all the same wish.
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs one service as this process: SIGTERM or SIGINT stops it in order, another one a second later forces. Exit codes:
 * 0 stopped when told to, 1 couldn't start or couldn't stop in time, 2 wrong configuration.
 */
export async function runProcess(options: RunProcessOptions): Promise<void> {
  const { name, main, host = nodeProcess } = options;
  let exited = false;
  const exit = (code: number) => {
    if (exited) return;
    exited = true;
    host.exit(code);
  };
  const told = listenToSignals(options, host, exit);

  let service: Service;
  try {
    service = await main(told);
    await startUnlessTold(service, told);
    if (!told.aborted) options.onStarted?.();
  } catch (error) {
    if (told.aborted) return exit(0);
    host.printError(`${name}: ${explainStartupError(error)}`);
    return exit(error instanceof ConfigError ? EXIT_WRONG_CONFIG : EXIT_FAILED);
  }

  await aborted(told);
  try {
    await service.stop();
    exit(0);
  } catch (error) {
    host.printError(`${name}: failed to stop: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    exit(EXIT_FAILED);
  }
}

/** The returned signal aborts when the process is told to stop. From then on the deadline runs. */
function listenToSignals(options: RunProcessOptions, host: ProcessHost, exit: (code: number) => void): AbortSignal {
  const { name, stopTimeoutMs = STOP_TIMEOUT_MS, clock = systemClock } = options;
  const told = new AbortController();
  let toldAtMs = 0;
  host.onSignal((signal) => {
    if (told.signal.aborted) {
      if (clock.monotonicMs() - toldAtMs < SAME_SIGNAL_MS) return;
      host.printError(`${name}: second ${signal}, ending at once`);
      exit(EXIT_FAILED);
      return;
    }
    toldAtMs = clock.monotonicMs();
    host.setTimer(stopTimeoutMs, () => {
      host.printError(`${name}: still not stopped after ${stopTimeoutMs} ms, ending anyway`);
      exit(EXIT_FAILED);
    });
    told.abort(new DOMException(`${name} was told to stop by ${signal}`, 'AbortError'));
  });
  return told.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function startUnlessTold(service: Service, signal: AbortSignal): Promise<void> {
  const stop = () => void service.stop().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await service.start();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const nodeProcess: ProcessHost = {
  onSignal: (listener) => {
    // A listener stays on, or a second signal would kill the process before it could say so. The interval keeps
    // the process alive for a service that holds nothing open by itself.
    setInterval(() => undefined, 2 ** 30);
    process.on('SIGTERM', listener);
    process.on('SIGINT', listener);
  },
  printError: (line) => void process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
  setTimer: (ms, listener) => void setTimeout(listener, ms),
};
