/** A process that is started again at once whenever it ends, and killed whenever somebody asks. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { type Clock, randomId } from '@northwind/service-kit';
import { identify, isAlive, type ProcessIdentity, signalProcess } from '../stack/process-identity.ts';
import { waitUntil } from '../stack/wait-until.ts';

export interface KeptOptions {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly clock: Clock;
}

export interface KeptProcess {
  readonly name: string;
  readonly kills: number;
  /** Starts after the first. */
  readonly restarts: number;
  /** How often it ended without being told to: it was started while PostgreSQL was away, or it has a defect. */
  readonly ownEnds: number;
  start(): void;
  /** SIGKILL; false when it is not running at this moment. */
  kill(): boolean;
  /** SIGTERM and a new start, which is no kill. */
  restart(timeoutMs: number): Promise<void>;
  /** SIGTERM, and SIGKILL when it takes longer. Resolves when it is gone. True when SIGTERM was enough. */
  stop(timeoutMs: number): Promise<boolean>;
}

/** Who ends by itself has met trouble at its start, most likely a database that is away; at once would be a storm. */
const RESTART_DELAY_MS = 200;

export function keepRunning(options: KeptOptions): KeptProcess {
  const { name, parameters, environment, logFile, clock } = options;
  let process_: ProcessIdentity | null = null;
  let isKilled = false;
  let isStopping = false;
  const counts = { kills: 0, starts: 0, ownEnds: 0 };

  const start = () => {
    if (isStopping) return;
    counts.starts += 1;
    isKilled = false;
    const log = openSync(logFile, 'a');
    // A group of its own, so that Ctrl-C does not reach it; the channel ends it when this process is gone.
    const child = spawn(process.execPath, [...parameters], {
      detached: true,
      env: { ...environment, CHAOS_PROCESS_ID: randomId() },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    process_ = child.pid === undefined ? null : identify(child.pid);
    child.once('error', () => undefined);
    child.once('exit', () => {
      process_ = null;
      if (isStopping) return;
      if (isKilled) return start();
      counts.ownEnds += 1;
      void clock.sleep(RESTART_DELAY_MS).then(start);
    });
  };

  const end = async (timeoutMs: number) => {
    const identity = process_;
    if (identity === null) return true;
    signalProcess(identity, 'SIGTERM');
    const gone = () => !isAlive(identity);
    if (await waitUntil(gone, { clock, timeoutMs })) return true;
    signalProcess(identity, 'SIGKILL');
    await waitUntil(gone, { clock, timeoutMs: 2_000 });
    return false;
  };

  return {
    name,
    get kills() {
      return counts.kills;
    },
    get restarts() {
      return Math.max(0, counts.starts - 1);
    },
    get ownEnds() {
      return counts.ownEnds;
    },
    start,
    kill: () => {
      if (process_ === null || isKilled) return false;
      isKilled = true;
      counts.kills += 1;
      signalProcess(process_, 'SIGKILL');
      return true;
    },
    restart: async (timeoutMs) => {
      isKilled = true; // asked for, so it starts again at once
      await end(timeoutMs);
    },
    stop: (timeoutMs) => {
      isStopping = true;
      return end(timeoutMs);
    },
  };
}
