import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '@northwind/service-kit';
import { REGION } from '../stack/service-environment.ts';
import type { StackUrls } from '../stack/stack-options.ts';
import type { DemoDatabase } from './demo-database.ts';
import { readLastChanges } from './read-last-changes.ts';
import { type Progress, readProgress } from './read-progress.ts';
import type { WebhookReceiver } from './receive-webhooks.ts';
import type { StreamWatch } from './watch-streams.ts';

export interface AwaitOptions {
  readonly urls: StackUrls;
  readonly database: DemoDatabase;
  readonly expected: { readonly fresh: number; readonly total: number; readonly webhooks: number };
  readonly receiver: WebhookReceiver;
  readonly watch: StreamWatch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Arrived {
  readonly progress: Progress;
  /** When the last event was in the read models; null when that never came to be. */
  readonly appliedAtMs: number | null;
  /** What was still missing when there was no progress any more. */
  readonly missing: readonly string[];
}

const POLL_MS = 100;
// Longer than anything the system itself waits for: the lease of a webhook worker that was killed is 30 s.
const STANDSTILL_MS = 40_000;

/** Waits until everything has arrived everywhere, or until nothing has moved for a while. */
export async function awaitArrival(options: AwaitOptions): Promise<Arrived> {
  const { urls, database, expected, clock, signal, onProgress } = options;
  const client = new SQSClient({
    region: REGION,
    endpoint: urls.queueEndpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  let appliedAtMs: number | null = null;
  let lastSeen = '';
  let lastMovedMs = clock.monotonicMs();
  try {
    for (;;) {
      signal.throwIfAborted();
      const progress = await readProgress(database);
      onProgress(progress);
      const isApplied = progress.appended >= expected.fresh && progress.lag === 0;
      if (isApplied) appliedAtMs ??= clock.monotonicMs();
      const missing = isApplied
        ? await findMissing(options, client, progress)
        : [`${progress.appended} of ${expected.fresh} events in the log, ${progress.lag} not applied yet`];
      if (missing.length === 0) return { progress, appliedAtMs, missing };
      const seen = JSON.stringify([progress, missing, options.watch.messages()]);
      if (seen !== lastSeen) lastMovedMs = clock.monotonicMs();
      if (clock.monotonicMs() - lastMovedMs > STANDSTILL_MS) return { progress, appliedAtMs, missing };
      lastSeen = seen;
      await clock.sleep(POLL_MS, signal);
    }
  } finally {
    client.destroy();
  }
}

async function findMissing(options: AwaitOptions, client: SQSClient, progress: Progress): Promise<string[]> {
  const { urls, database, expected, receiver, watch } = options;
  const missing: string[] = [];
  if (progress.received < expected.total) {
    missing.push(`${progress.received} of ${expected.total} messages were taken from the queue`);
  }
  const received = receiver.received().length;
  if (progress.delivered < expected.webhooks || received < expected.webhooks) {
    missing.push(`${received} of ${expected.webhooks} webhooks arrived, ${progress.delivered} have their receipt`);
  }
  const left = await countQueue(client, urls.eventsQueueUrl);
  if (left > 0) missing.push(`${left} messages are still on the queue`);
  const behind = await findBehind(database, watch);
  if (behind.length > 0)
    missing.push(`the websockets of ${behind.length} merchants lag: ${behind.slice(0, 3).join(', ')}`);
  return missing;
}

async function countQueue(client: SQSClient, url: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const answer = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(answer.Attributes?.[name] ?? 0), 0);
}

/** Merchants whose page has not yet been told of the last change. */
async function findBehind(database: DemoDatabase, { streams }: StreamWatch): Promise<string[]> {
  const lastChanges = [...(await readLastChanges(database))];
  const isBehind = (merchantId: string, offset: bigint) =>
    (streams.get(merchantId)?.arrivals.at(-1)?.offset ?? -1n) < offset;
  return lastChanges.filter(([merchantId, offset]) => isBehind(merchantId, offset)).map(([merchantId]) => merchantId);
}
