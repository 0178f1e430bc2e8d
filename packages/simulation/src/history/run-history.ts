/** One history: producers, a queue, writers, the log and its consumers, from the first message until all is at rest. */
import { createLogger, type Logger } from '@northwind/service-kit';
import { createJournal, createScheduler, seededChance, seedRandomness } from '@northwind/testing/simulation';
import { startConsumer } from '../consumer/start-consumer.ts';
import { createStoredGroups } from '../consumer/stored-groups.ts';
import { createStoredLog, type StoredLog } from '../log/stored-log.ts';
import { createSimulatedPostgres } from '../postgres/simulated-postgres.ts';
import { createSimulatedQueue } from '../queue/simulated-queue.ts';
import { drawTraffic } from '../traffic/draw-traffic.ts';
import type { Violation, World } from '../world.ts';
import { createOrderCheck } from './check-order.ts';
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
  const log: StoredLog = createStoredLog(world, (event) => order.appended(event));
  const queue = createSimulatedQueue({ world, hasOutcome: (messageId) => log.outcomesOf(messageId).length > 0 });
  const order = createOrderCheck(world, queue);
  const producing = produce(world, queue, drawTraffic(plan));
  const groups = createStoredGroups(world);
  const shared = { world, postgres, log, queue, groups, members: new Map(), bells: new Set<() => void>() };
  const parts = { ...shared, diesAt, logger: silent };
  const restoreRandomness = seedRandomness(chance);
  try {
    const writers = Array.from({ length: plan.writers }, (_, i) =>
      supervise(world, `writer-${i + 1}`, (name) => startWriter(parts, name)),
    );
    const consumers = Array.from({ length: plan.consumers }, (_, i) => {
      const group = `group-${1 + (i % plan.groups)}`;
      return supervise(world, `reader-${i + 1}`, (name) => startConsumer(parts, name, group));
    });
    const processes = [...writers, ...consumers];
    plantFaults(world, postgres, processes);
    const isConsumed = () =>
      groups.groups().every((group) => groups.rows(group).every((row) => row.nextOffset === log.head(row.partition)));
    const isDone = () => producing.isOver() && queue.isEmpty() && isConsumed() && processes.every((p) => p.current());
    const isAtRest = () => violation !== null || (!faultsGoOn() && isDone());
    const limits = { untilMs: plan.faultsMs + REST_MS_MAX, stepsMax: STEPS_MAX };
    const ending = await scheduler.run(isAtRest, limits);
    if (ending !== 'over')
      world.violate('everything comes to rest', `${ending}, with messages in the queue or events not consumed`);
    let retired = 0;
    for (const process of processes) void process.retire().then(() => (retired += 1));
    const end = await scheduler.run(() => violation !== null || retired === processes.length, limits);
    if (end !== 'over') world.violate('a process that is told to stop stops', end);
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
