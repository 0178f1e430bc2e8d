/** A process that sends to each URL it is given with all its slots at once, and says how much memory that ever took. */
import { growHeapSlowly, systemClock } from '@northwind/service-kit';
import { createDeadlineWatch } from '../src/delivery/deadline-watch.ts';
import { createSender } from '../src/delivery/sender.ts';
import { CONCURRENCY } from '../src/limits.ts';

const DEADLINE_MS = 3_000;

growHeapSlowly(); // as the worker's process does
const deadlines = createDeadlineWatch(systemClock);
await deadlines.service.start();
const sender = createSender({
  clock: systemClock,
  deadlines,
  totalDeadlineMs: DEADLINE_MS,
  allowInsecureTargets: true,
  resolve: async () => [],
  onUnexpectedError: (error) => {
    throw error;
  },
});
const message = { webhookId: 'msg_1', body: 'x'.repeat(20_000), keys: [Buffer.alloc(32)], timeoutMs: null };
const outcomes: Record<string, number> = {};
for (const url of process.argv.slice(2)) {
  const answers = await Promise.all(Array.from({ length: CONCURRENCY }, () => sender.send({ url, ...message })));
  for (const { outcome } of answers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
await sender.close();
await deadlines.service.stop();
process.stdout.write(JSON.stringify({ outcomes, rssBytesMax: process.resourceUsage().maxRSS * 1_024 }));
