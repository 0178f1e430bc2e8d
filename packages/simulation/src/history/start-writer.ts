/** One incarnation of a ledger-writer: production code, with the simulated world behind its seams. */
import { createMessageQueue, createWriter } from '@northwind/ledger-writer';
import { createHealth, type Logger } from '@northwind/service-kit';
import { createProcess, type Fate, type Network } from '@northwind/testing/simulation';
import type { StoredGroups } from '../consumer/stored-groups.ts';
import { connectToLog } from '../log/connect-to-log.ts';
import type { StoredLog } from '../log/stored-log.ts';
import type { SimulatedPostgres } from '../postgres/simulated-postgres.ts';
import { connectToQueue } from '../queue/connect-to-queue.ts';
import type { SimulatedQueue } from '../queue/simulated-queue.ts';
import type { World } from '../world.ts';
import type { Running } from './supervise.ts';

export interface SharedParts {
  readonly world: World;
  readonly postgres: SimulatedPostgres;
  readonly log: StoredLog;
  readonly queue: SimulatedQueue;
  readonly groups: StoredGroups;
  readonly members: Map<string, Set<object>>;
  /** Of the consumers that listen. */
  readonly bells: Set<() => void>;
  readonly diesAt: () => boolean;
  readonly logger: Logger;
}

/** 2026-11-22T06:00:00Z */
export const EPOCH_MS = Date.UTC(2026, 10, 22, 6);

export function startWriter(parts: SharedParts, name: string): Running {
  const { world, postgres, log, queue, bells, diesAt, logger } = parts;
  const { plan, scheduler, journal, chance } = world;
  // Clocks of different machines differ by some seconds.
  const epochMs = EPOCH_MS + chance.between(-5_000, 5_000);
  const process = createProcess({ name, scheduler, journal, epochMs, diesAt });
  process.onEnd(() => queue.left(process));
  let isStopping = false;
  const queueNetwork = networkTo(world, () => drawQueueFate(world));
  const databaseNetwork = networkTo(world, () => drawDatabaseFate(world));
  const client = connectToQueue({ world, queue, process, network: queueNetwork, isStopping: () => isStopping });
  const { visibilitySeconds, receivers, appendsMax, batchSizeMax, flushMs, inHandMax } = plan;
  const health = createHealth();
  const writer = createWriter({
    log: connectToLog({ world, postgres, log, process, network: databaseNetwork }),
    queue: createMessageQueue({
      client,
      queueUrl: `https://sqs.simulated/0/events${plan.queue === 'fifo' ? '.fifo' : ''}`,
      visibilitySeconds,
      nowMs: process.clock.nowMs,
    }),
    doorbell: { ring: () => ringBells(world, bells), close: () => Promise.resolve() },
    clock: process.clock,
    logger,
    health,
    receivers,
    appendsMax,
    batchSizeMax,
    flushMs,
    inHandMax,
    visibilitySeconds,
  });
  writer.start().catch(() => process.kill('could not start'));
  return {
    process,
    isHealthy: () => isStopping || health.ready(),
    stop: () => {
      isStopping = true;
      return writer.stop();
    },
  };
}

/** A notification may get lost, and nobody relies on it. */
function ringBells(world: World, bells: ReadonlySet<() => void>): void {
  for (const ring of bells) if (!world.fault(world.plan.faults.doorbellLost)) ring();
}

export function networkTo({ scheduler, chance }: World, fate: () => Fate): Network {
  // Mostly a fraction of a millisecond, now and then much more.
  const delayMs = () => 0.2 + chance.unit() ** 6 * (chance.happens(0.05) ? 800 : 10);
  return { scheduler, chance, delayMs, fate, timeoutMs: 4_000 };
}

function drawQueueFate(world: World): Fate {
  const { faults } = world.plan;
  if (world.fault(faults.queueRefused)) return 'refused';
  if (world.fault(faults.queueRequestLost)) return 'request lost';
  return world.fault(faults.queueAnswerLost) ? 'answer lost' : 'served';
}

export function drawDatabaseFate(world: World): Fate {
  const { faults } = world.plan;
  if (world.fault(faults.databaseRefused)) return 'refused';
  return world.fault(faults.commitAnswerLost) ? 'answer lost' : 'served';
}
