/** The chaos itself: kill -9 in turn, and PostgreSQL stopped without warning a few times. */
import type { Clock } from '@northwind/service-kit';
import type { ChaosSystem } from './chaos-system.ts';
import { hashPair } from './hash-pair.ts';

export interface StrikeOptions {
  readonly system: ChaosSystem;
  readonly seed: string;
  readonly killEveryMs: number;
  readonly postgresStops: number;
  /** How much of the work is done, from 0 to 1. */
  readonly share: () => number;
  readonly clock: Clock;
  /** Ends the chaos. */
  readonly signal: AbortSignal;
}

/** Resolves once the signal aborts and nothing is being struck any more. */
export async function strike(options: StrikeOptions): Promise<void> {
  const { system, seed, killEveryMs, postgresStops, share, clock, signal } = options;
  const chance = hashPair(seed);
  let isBack: Promise<void> = Promise.resolve();
  for (let turn = 0; !signal.aborted; turn += 1) {
    await clock.sleep(killEveryMs * (0.75 + chance(turn, 'kill') / 2), signal).catch(() => undefined);
    if (signal.aborted) break;
    // Who is just being started again is passed over, and struck in his next turn.
    system.processes[turn % system.processes.length]?.kill();
    const { stops } = system.postgres;
    if (stops < postgresStops && share() >= (stops + 1) / (postgresStops + 1)) isBack = system.postgres.strike();
  }
  await isBack;
}
