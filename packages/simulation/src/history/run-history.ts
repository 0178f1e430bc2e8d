/** One history: producers, a queue, writers, the log and its consumers, from the first message until all is at rest. */
import { createLogger, type Logger } from '@northwind/service-kit';
import { seedRandomness } from '@northwind/testing/simulation';
import { startConsumer } from '../consumer/start-consumer.ts';
import { createStoredGroups } from '../consumer/stored-groups.ts';
import { createStoredLog, type StoredLog } from '../log/stored-log.ts';
import { createSimulatedPostgres } from '../postgres/simulated-postgres.ts';
import { createSimulatedQueue } from '../queue/simulated-queue.ts';
import { drawTraffic } from '../traffic/draw-traffic.ts';
import type { Violation } from '../world.ts';
import { createOrderCheck } from './check-order.ts';
import { checkOutcome } from './check-outcome.ts';
import { createWorld, type JudgedWorld } from './create-world.ts';
import { drawPlan, type Plan, type PlanOverrides } from './draw-plan.ts';
import { plantFaults } from './plant-faults.ts';
import { produce } from './produce.ts';
import { type SharedParts, startWriter } from './start-writer.ts';
import { type Supervised, supervise } from './supervise.ts';

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
const REST_MS_MAX = 15 * 3_600_000;
const STEPS_MAX = 2_000_000;
/** A long poll takes 20 s: by then each part has said once more how it stands. */
const HEALTHY_WITHIN_MS = 60_000;

const silent: Logger = createLogger({ name: 'simulation', level: 'silent' });

export async function runHistory({ seed, keepsLines = false, ...overrides }: HistoryOptions): Promise<HistoryResult> {
  const plan = drawPlan(seed, overrides);
  const judged = createWorld(plan, keepsLines);
  const { scheduler, chance, journal } = judged.world;
  const restoreRandomness = seedRandomness(chance);
  try {
    await playHistory(judged);
  } finally {
    restoreRandomness();
  }
  return {
    plan,
    violation: judged.violation(),
    hash: journal.hash(),
    steps: scheduler.steps(),
    awaits: judged.awaits(),
    virtualMs: scheduler.nowMs(),
    sometimes: journal.seen(),
    lines: journal.lines(),
  };
}

async function playHistory({ world, diesAt, violation }: JudgedWorld): Promise<void> {
  const { plan, scheduler } = world;
  const postgres = createSimulatedPostgres(world);
  const log: StoredLog = createStoredLog(world, (event) => order.appended(event));
  const queue = createSimulatedQueue({ world, hasOutcome: (messageId) => log.outcomesOf(messageId).length > 0 });
  const order = createOrderCheck(world, queue);
  const groups = createStoredGroups(world);
  const shared = { world, postgres, log, queue, groups, members: new Map(), bells: new Set<() => void>() };
  const processes = startProcesses({ ...shared, diesAt, logger: silent });
  const producing = produce(world, queue, drawTraffic(plan));
  plantFaults(world, postgres, processes);

  const isConsumed = () =>
    groups.groups().every((group) => groups.rows(group).every((row) => row.nextOffset === log.head(row.partition)));
  const isUp = ({ current }: Supervised) =>
    (current()?.process.stalledUntilMs() ?? Number.POSITIVE_INFINITY) < scheduler.nowMs();
  const areUp = () => postgres.isUp() && processes.every(isUp);
  const isDone = () => areUp() && producing.isOver() && queue.isEmpty() && isConsumed();
  const limits = { untilMs: plan.faultsMs + REST_MS_MAX, stepsMax: STEPS_MAX };
  const isBroken = () => violation() !== null;
  const reach = async (promise: string, isOver: () => boolean) => {
    const ending = await scheduler.run(() => isBroken() || isOver(), limits);
    if (ending !== 'over') world.violate(promise, ending);
  };

  await reach('everything comes to rest', () => !world.faultsGoOn() && isDone());
  const healthyAtMs = scheduler.nowMs() + (plan.consumers > 0 ? 0 : HEALTHY_WITHIN_MS);
  await reach('time goes on', () => scheduler.nowMs() >= healthyAtMs);
  for (const { name, current } of processes) {
    if (plan.consumers === 0 && current()?.isHealthy() === false)
      world.violate('at rest every process is healthy', name);
  }
  let retired = 0;
  for (const process of processes) {
    void process.retire().then(() => {
      retired += 1;
    });
  }
  await reach('a process that is told to stop stops', () => retired === processes.length);
  if (!isBroken()) checkOutcome({ world, log, queue });
}

function startProcesses(parts: SharedParts): Supervised[] {
  const { world } = parts;
  const { writers, consumers, groups } = world.plan;
  return [
    ...Array.from({ length: writers }, (_, i) =>
      supervise(world, `writer-${i + 1}`, (name) => startWriter(parts, name)),
    ),
    ...Array.from({ length: consumers }, (_, i) =>
      supervise(world, `reader-${i + 1}`, (name) => startConsumer(parts, name, `group-${1 + (i % groups)}`)),
    ),
  ];
}
