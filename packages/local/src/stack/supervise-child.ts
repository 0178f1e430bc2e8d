import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { backoff, type Clock, StartupError } from '@northwind/service-kit';
import { identify, isAlive, type ProcessIdentity, signalProcess } from './process-identity.ts';
import { waitUntil } from './wait-until.ts';

export type ChildEvent =
  | { readonly kind: 'child.started'; readonly name: string; readonly process: ProcessIdentity }
  | { readonly kind: 'child.crashed'; readonly name: string; readonly reason: string; readonly restartInMs: number }
  | { readonly kind: 'child.ready'; readonly name: string; readonly restarts: number };

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly clock: Clock;
  /** True once it does its work; asked again and again after each start. */
  readonly isReady: () => Promise<boolean>;
  readonly onEvent: (event: ChildEvent) => void;
}

export interface SupervisedChild {
  readonly name: string;
  readonly pid: number | null;
  readonly restarts: number;
  /** Resolves when it is ready; throws when it ends before that for the first time, telling what it said. */
  start(): Promise<void>;
  /** Asks it to stop, and kills it after `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  /** Kills it at once and for good. */
  kill(): void;
}

const READY_TIMEOUT_MS = 30_000;
const LOG_SIZE_MAX = 32 * 1024 * 1024; // one older file is kept, so logs of a service take at most twice this
const STEADY_AFTER_MS = 30_000; // who ran this long starts again without a wait

/** Runs one process and starts it again whenever it ends by itself. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  return new ChildSupervisor(options);
}

class ChildSupervisor implements SupervisedChild {
  readonly name: string;
  restarts = 0;
  readonly #options: ChildOptions;
  readonly #delayMs = backoff({ baseMs: 200, capMs: 5_000 });
  readonly #stopping = new AbortController();
  #identity: ProcessIdentity | null = null;
  #supervision: Promise<void> = Promise.resolve();

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#identity?.pid ?? null;
  }

  async start(): Promise<void> {
    const before = logSize(this.#options.logFile);
    const exited = this.#spawn();
    let ended: string | null = null;
    void exited.then((reason) => {
      ended = reason;
    });
    const ready = await this.#waitReady(() => ended !== null);
    if (!ready) {
      const reason = ended === null ? 'does not become ready' : `ended at once (${ended})`;
      await this.stop(0);
      throw new StartupError(`${this.name} ${reason}${this.#lastWords(before)}`, {
        hint: `its log: ${this.#options.logFile}`,
      });
    }
    this.#supervision = this.#supervise(exited);
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    const identity = this.#identity;
    if (identity !== null) {
      signalProcess(identity, 'SIGTERM');
      const gone = () => !isAlive(identity);
      if (!(await waitUntil(gone, { clock: this.#options.clock, timeoutMs }))) {
        signalProcess(identity, 'SIGKILL');
        await waitUntil(gone, { clock: this.#options.clock, timeoutMs: 1_000 });
      }
    }
    await this.#supervision;
  }

  kill(): void {
    this.#stopping.abort();
    if (this.#identity) signalProcess(this.#identity, 'SIGKILL');
  }

  async #supervise(first: Promise<string>): Promise<void> {
    const { clock, onEvent } = this.#options;
    let exited = first;
    let failures = 0;
    let startedMs = clock.monotonicMs();
    while (!this.#stopping.signal.aborted) {
      const reason = await exited;
      if (this.#stopping.signal.aborted) return;
      failures = clock.monotonicMs() - startedMs > STEADY_AFTER_MS ? 1 : failures + 1;
      const restartInMs = this.#delayMs(failures);
      onEvent({ kind: 'child.crashed', name: this.name, reason, restartInMs });
      await clock.sleep(restartInMs, this.#stopping.signal).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      this.restarts += 1;
      startedMs = clock.monotonicMs();
      exited = this.#spawn();
      let ended = false;
      void exited.then(() => {
        ended = true;
      });
      if (await this.#waitReady(() => ended))
        onEvent({ kind: 'child.ready', name: this.name, restarts: this.restarts });
    }
  }

  /** Resolves with the reason when the process ends. */
  #spawn(): Promise<string> {
    const { command, parameters, environment, logFile, onEvent } = this.#options;
    rotate(logFile);
    const log = openSync(logFile, 'a');
    // A group of its own: Ctrl-C in a terminal goes to everyone in the group, and services stop in an order. The
    // channel tells the child when its supervisor is gone, so that nobody is left behind by kill -9.
    const child = spawn(command, parameters, {
      detached: true,
      env: environment,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    const exited = whenExited(child);
    this.#identity = child.pid === undefined ? null : identify(child.pid);
    if (this.#identity) onEvent({ kind: 'child.started', name: this.name, process: this.#identity });
    return exited;
  }

  #waitReady(ended: () => boolean): Promise<boolean> {
    const { clock, isReady } = this.#options;
    const { signal } = this.#stopping;
    const asked = waitUntil(async () => ended() || (await isReady()), { clock, timeoutMs: READY_TIMEOUT_MS, signal });
    return asked.then(
      (answered) => answered && !ended(),
      () => false,
    );
  }

  #lastWords(from: number): string {
    const written = readFileSync(this.#options.logFile).subarray(from).toString('utf8');
    // Logs are JSON; a line that isn't is what the process said to people.
    const line = written.split('\n').findLast((text) => text !== '' && !text.startsWith('{'));
    return line === undefined ? '' : `: ${line.trim()}`;
  }
}

function whenExited(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
}

function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(path: string): void {
  if (logSize(path) > LOG_SIZE_MAX) renameSync(path, `${path}.1`);
}
