/** One event at a time through an idle writer: from the queue's answer to the committed event. */
import { systemClock } from '@northwind/service-kit';
import { z } from 'zod';
import { paymentStream } from '../workload/payment-stream.ts';
import { seededUnits } from '../workload/seeded-units.ts';
import { startBenchQueue } from './bench-queue.ts';
import type { DrainOptions } from './measure-drain.ts';
import { runChild } from './run-child.ts';

const WARM_UP_EVENTS = 50;
/** Between two events; of different lengths, so that they don't keep step with any timer of the writer. */
const GAP_MS = { least: 30, most: 90 };

const told = z.object({ latencyMs: z.number() });

export async function measureLatency(options: Omit<DrainOptions, 'messages'>, events: number): Promise<number[]> {
  const { server, migrated, signal } = options;
  return server.withDatabase(async (url) => {
    await using queue = await startBenchQueue();
    const program = new URL('./timed-writer.ts', import.meta.url);
    await using writer = runChild(program, { ...queue.environment, DATABASE_URL: url });
    const unit = seededUnits(2);
    const latenciesMs: number[] = [];
    for (const { body } of paymentStream(WARM_UP_EVENTS + events)) {
      await queue.send([body], signal);
      latenciesMs.push(told.parse(await writer.next()).latencyMs);
      await systemClock.sleep(GAP_MS.least + unit() * (GAP_MS.most - GAP_MS.least), signal);
    }
    return latenciesMs.slice(WARM_UP_EVENTS);
  }, migrated);
}
