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

/**
 * Runs one service as this process: SIGTERM or SIGINT stops it in order, a second one forces. Exit codes: 0 stopped
 * when told to, 1 couldn't start or couldn't stop in time, 2 wrong configuration.
 */
export async function runProcess(options: RunProcessOptions): Promise<void> {
  const { name, main, stopTimeoutMs = STOP_TIMEOUT_MS, host = nodeProcess } = options;
  const told = new AbortController();
  let exited = false;
  const exit = (code: number) => {
    if (exited) return;
    exited = true;
    host.exit(code);
  };

  const stopped = new Promise<void>((resolve) => {
    host.onSignal((signal) => {
      if (told.signal.aborted) {
        host.printError(`${name}: second ${signal}, ending at once`);
        exit(EXIT_FAILED);
        return;
      }
      told.abort(new DOMException(`${name} was told to stop by ${signal}`, 'AbortError'));
      host.setTimer(stopTimeoutMs, () => {
        if (exited) return;
        host.printError(`${name}: still not stopped after ${stopTimeoutMs} ms, ending anyway`);
        exit(EXIT_FAILED);
      });
      resolve();
    });
  });

  let service: Service;
  try {
    service = await main(told.signal);
    await startUnlessTold(service, told.signal);
    if (!told.signal.aborted) options.onStarted?.();
  } catch (error) {
    if (told.signal.aborted) return exit(0);
    host.printError(`${name}: ${explainStartupError(error)}`);
    return exit(error instanceof ConfigError ? EXIT_WRONG_CONFIG : EXIT_FAILED);
  }

  await stopped;
  try {
    await service.stop();
    exit(0);
  } catch (error) {
    host.printError(`${name}: failed to stop: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    exit(EXIT_FAILED);
  }
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
