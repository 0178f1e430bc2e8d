import type { Clock } from '@northwind/service-kit';

export interface ChaosOptions {
  readonly seed: string;
  /** Unique events. Duplicates, conflicts and invalid bodies come on top. */
  readonly events: number;
  /** How many of the events are sent a second time, from 0 to 1. */
  readonly duplicates: number;
  readonly writers: number;
  readonly projectors: number;
  /** How often PostgreSQL is stopped without warning, spread over the run. */
  readonly postgresStops: number;
  /** From one kill to the next, about: each is somewhere from three quarters to five quarters of it. */
  readonly killEveryMs: number;
  /** Keep the folder, with the logs of every process, when something is wrong. */
  readonly keep: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ChaosProgress) => void;
}

export interface ChaosProgress {
  readonly phase: 'starting' | 'running' | 'catching up' | 'checking';
  /** Messages in all. */
  readonly total: number;
  readonly sent: number;
  /** Messages that a writer has finished with: deleted from the queue. */
  readonly settled: number;
  readonly kills: number;
  readonly postgresStops: number;
  readonly elapsedMs: number;
}
