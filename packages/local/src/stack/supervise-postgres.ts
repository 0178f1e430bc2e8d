import { type Clock, StartupError } from '@northwind/service-kit';
import type { PostgresPlace } from '../postgres/place-postgres.ts';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.ts';
import { findFreePort, isPortFree } from './find-free-port.ts';
import { identify } from './process-identity.ts';
import type { ChildEvent, SupervisedChild } from './supervise-child.ts';

export interface PostgresOptions {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
  readonly clock: Clock;
  readonly onEvent: (event: ChildEvent) => void;
}

export interface SupervisedPostgres extends SupervisedChild {
  /** Known after the start: another program may have taken the port that was asked for meanwhile. */
  readonly port: number;
}

const START_ATTEMPTS_MAX = 3;
const RESTART_DELAY_MS = 500;

/** Runs PostgreSQL and starts it again when it ends by itself; it recovers from its log then. */
export function supervisePostgres(options: PostgresOptions): SupervisedPostgres {
  const { clock, onEvent } = options;
  const stopping = new AbortController();
  let port = options.port;
  let restarts = 0;
  let postgres: RunningPostgres | null = null;
  let supervision: Promise<void> = Promise.resolve();

  const begin = async () => {
    for (let attempt = 1; postgres === null; attempt += 1) {
      try {
        postgres = await startPostgres({ ...options, port });
      } catch (error) {
        const taken = error instanceof StartupError && !(await isPortFree(port));
        if (!taken || attempt === START_ATTEMPTS_MAX || restarts > 0) throw error;
        port = await findFreePort(undefined, new Set());
      }
    }
    const identity = identify(postgres.pid);
    if (identity) onEvent({ kind: 'child.started', name: 'postgres', process: identity });
  };

  const supervise = async () => {
    while (!stopping.signal.aborted && postgres !== null) {
      await postgres.exited;
      if (stopping.signal.aborted) return;
      postgres = null;
      onEvent({ kind: 'child.crashed', name: 'postgres', reason: 'it ended', restartInMs: RESTART_DELAY_MS });
      while (postgres === null && !stopping.signal.aborted) {
        await clock.sleep(RESTART_DELAY_MS, stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted) return;
        restarts += 1;
        await begin().then(
          () => onEvent({ kind: 'child.ready', name: 'postgres', restarts }),
          () => undefined, // its leftovers may still hold the folder; the next attempt will tell
        );
      }
    }
  };

  return {
    name: 'postgres',
    get pid() {
      return postgres?.pid ?? null;
    },
    get restarts() {
      return restarts;
    },
    get port() {
      return port;
    },
    start: async () => {
      await begin();
      supervision = supervise();
    },
    stop: async (timeoutMs) => {
      stopping.abort();
      await postgres?.stop(timeoutMs);
      await supervision;
    },
    kill: () => {
      stopping.abort();
      postgres?.kill();
    },
  };
}
