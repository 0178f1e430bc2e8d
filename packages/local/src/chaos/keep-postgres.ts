import type { Clock } from '@northwind/service-kit';
import type { PostgresPlace } from '../postgres/place-postgres.ts';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.ts';

export interface KeptPostgres {
  readonly stops: number;
  /** Milliseconds from the stop to the first answer, of each stop that is over. */
  readonly awayMs: readonly number[];
  /** `pg_ctl stop -m immediate` (SIGQUIT to the postmaster) and start; resolves when it takes connections again. */
  strike(): Promise<void>;
  stop(): Promise<void>;
}

interface KeepPostgresOptions {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly password: string;
  readonly logFile: string;
  readonly clock: Clock;
}

const START_ATTEMPTS_MAX = 20;
const RETRY_MS = 250;
const STOP_TIMEOUT_MS = 10_000;

export async function keepPostgres(options: KeepPostgresOptions): Promise<KeptPostgres> {
  const { clock } = options;
  let running: RunningPostgres = await startPostgres(options);
  let restarting: Promise<void> = Promise.resolve();
  let isStopping = false;
  let stops = 0;
  const awayMs: number[] = [];

  const restart = async () => {
    const stoppedMs = clock.monotonicMs();
    stops += 1;
    running.kill();
    await running.exited;
    for (let attempt = 1; !isStopping; attempt += 1) {
      try {
        running = await startPostgres(options);
        awayMs.push(Math.round(clock.monotonicMs() - stoppedMs));
        return;
      } catch (error) {
        // A backend that has not noticed yet keeps the next postmaster out, for a moment.
        if (attempt === START_ATTEMPTS_MAX) throw error;
        await clock.sleep(RETRY_MS);
      }
    }
  };

  return {
    get stops() {
      return stops;
    },
    awayMs,
    strike: () => {
      restarting = restarting.then(restart);
      return restarting;
    },
    stop: async () => {
      isStopping = true;
      await restarting.catch(() => undefined);
      await running.stop(STOP_TIMEOUT_MS);
    },
  };
}
