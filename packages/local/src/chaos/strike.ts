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
  /** Told after each turn how many there were. */
  readonly onTurn: (turns: number) => void;
  readonly clock: Clock;
  /** Ends the chaos. */
  readonly signal: AbortSignal;
}

/** Resolves once the signal aborts and nothing is being struck any more. */
export async function strike(options: StrikeOptions): Promise<void> {
  const { system, seed, killEveryMs, postgresStops, share, clock, signal } = options;
  await rehearse(options);
  const chance = hashPair(seed);
  let isBack: Promise<void> = Promise.resolve();
  for (let turn = 0; !signal.aborted; turn += 1) {
    await clock.sleep(killEveryMs * (0.75 + chance(turn, 'kill') / 2), signal).catch(() => undefined);
    if (signal.aborted) break;
    // Who is just being started again is passed over, and struck in his next turn.
    system.processes[turn % system.processes.length]?.kill();
    const { stops } = system.postgres;
    if (stops < postgresStops && share() >= (stops + 1) / (postgresStops + 1)) isBack = system.postgres.strike();
    options.onTurn(turn + 1);
  }
  await isBack;
}

/** Of the messages, before the first kill. */
const REHEARSAL_SHARE = 0.02;
const RESTART_TIMEOUT_MS = 8_000;
const LOOK_EVERY_MS = 50;

/**
 * Node writes what it has compiled to its cache when a process ends in order, and none of these will. So each kind of
 * process does some work, is told to stop and starts again; from then on a start takes half of the time, and the run
 * is about what we build, not about how fast Node compiles it.
 */
async function rehearse({ system, share, clock, signal }: StrikeOptions): Promise<void> {
  while (!signal.aborted && share() < REHEARSAL_SHARE) await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  const firsts = system.processes.filter(({ name }) => name.endsWith('-1'));
  if (!signal.aborted) await Promise.all(firsts.map((each) => each.restart(RESTART_TIMEOUT_MS)));
}
