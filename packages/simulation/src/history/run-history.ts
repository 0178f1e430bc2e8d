/** One history: producers, a queue, writers, the log and its consumers, from the first message until all is at rest. */
import { createLogger, type Logger } from '@northwind/service-kit';
import { createJournal, createScheduler, seededChance, seedRandomness } from '@northwind/testing/simulation';
import { createStoredLog } from '../log/stored-log.ts';
import { createSimulatedPostgres } from '../postgres/simulated-postgres.ts';
import { createSimulatedQueue } from '../queue/simulated-queue.ts';
import { drawTraffic } from '../traffic/draw-traffic.ts';
import type { Violation, World } from '../world.ts';
import { checkOutcome } from './check-outcome.ts';
import { drawPlan, type Plan, type PlanOverrides } from './draw-plan.ts';
import { plantFaults } from './plant-faults.ts';
import { produce } from './produce.ts';
import { startWriter } from './start-writer.ts';
import { supervise } from './supervise.ts';

export interface HistoryResult {
  readonly plan: Plan;
  readonly violation: Violation | null;
  /** Two runs of one seed give the same. */
  readonly hash: string;
  readonly steps: number;
  /** Awaits of simulated processes that ended: at each of them a process can be killed. */
  readonly awaits: number;
  readonly virtualMs: number;
  readonly sometimes: ReadonlyMap<string, number>;
  readonly lines: readonly string[];
}

export interface HistoryOptions extends PlanOverrides {
  readonly seed: number;
  readonly keepsLines?: boolean;
}

/** Longer than any history needs once nothing goes wrong any more. */
const REST_MS_MAX = 3_600_000;
const STEPS_MAX = 400_000;

const silent: Logger = createLogger({ name: 'simulation', level: 'silent' });

export async function runHistory({ seed, keepsLines = false, ...overrides }: HistoryOptions): Promise<HistoryResult> {
  const plan = drawPlan(seed, overrides);
  const chance = seededChance(seed);
  const scheduler = createScheduler(chance);
  const journal = createJournal({ nowMs: scheduler.nowMs, keepsLines });
  let violation: Violation | null = null;
  let awaits = 0;
  let kills = 0;
  const faultsGoOn = () => scheduler.nowMs() < plan.faultsMs;
  const world: World = {
    plan,
    scheduler,
    chance,
    journal,
    faultsGoOn,
    fault: (probability) => probability > 0 && faultsGoOn() && chance.happens(probability),
    violate(promise, detail) {
      journal.note('VIOLATION', `${promise}: ${detail}`);
      violation ??= { promise, detail };
    },
  };
  const diesAt = () => {
    awaits += 1;
    const dies = awaits === plan.killAtAwait || (kills < plan.faults.killsMax && world.fault(plan.faults.kill));
    if (dies) kills += 1;
    return dies;
  };

  const postgres = createSimulatedPostgres(world);
  const log = createStoredLog(world);
  const queue = createSimulatedQueue({ world, hasOutcome: (messageId) => log.outcomesOf(messageId).length > 0 });
  const producing = produce(world, queue, drawTraffic(plan));
  const shared = { world, postgres, log, queue, diesAt, logger: silent };
  const restoreRandomness = seedRandomness(chance);
  try {
    const writers = Array.from({ length: plan.writers }, (_, i) =>
      supervise(world, `writer-${i + 1}`, (name) => startWriter(shared, name)),
    );
    plantFaults(world, postgres, writers);
    const isAtRest = () =>
      violation !== null ||
      (!faultsGoOn() && producing.isOver() && queue.isEmpty() && writers.every((w) => w.current()));
    const limits = { untilMs: plan.faultsMs + REST_MS_MAX, stepsMax: STEPS_MAX };
    const ending = await scheduler.run(isAtRest, limits);
    if (ending !== 'over') world.violate('everything comes to rest', `${ending}: the queue is not empty`);
    let retired = 0;
    for (const writer of writers) void writer.retire().then(() => (retired += 1));
    const end = await scheduler.run(() => violation !== null || retired === writers.length, limits);
    if (end !== 'over') world.violate('a writer that is told to stop stops', end);
    if (violation === null) checkOutcome({ world, log, queue });
  } finally {
    restoreRandomness();
  }
  return {
    plan,
    violation,
    hash: journal.hash(),
    steps: scheduler.steps(),
    awaits,
    virtualMs: scheduler.nowMs(),
    sometimes: journal.seen(),
    lines: journal.lines(),
  };
}
