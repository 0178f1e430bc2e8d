import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '@northwind/service-kit';
import { sql } from 'kysely';
import { BATCH_MESSAGES_MAX } from '../send/pack-batches.ts';
import type { Message } from '../simulation/generate-traffic.ts';
import { REGION } from '../stack/service-environment.ts';
import type { StackUrls } from '../stack/stack-options.ts';
import type { DemoDatabase } from './demo-database.ts';
import { runAtOnce } from './run-at-once.ts';

export interface SendOptions {
  readonly urls: StackUrls;
  readonly database: DemoDatabase;
  readonly messages: readonly Message[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSent: (count: number) => void;
}

export interface SentTraffic {
  /** When each message was sent, on the demo's own monotonic clock, by the id that the queue gave it. */
  readonly sentAtMs: ReadonlyMap<string, number>;
  readonly firstSentAtMs: number;
}

const BATCHES_AT_ONCE = 12;
const RELEASE_EVERY_MS = 100;

/**
 * Sends everything as fast as the queue takes it, not waiting for anything to be processed. The few messages that wait
 * for another event to be in the log follow as soon as it is.
 */
export async function sendTraffic(options: SendOptions): Promise<SentTraffic> {
  const { urls, messages, clock, signal, onSent } = options;
  const client = new SQSClient({
    region: REGION,
    endpoint: urls.queueEndpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const sentAtMs = new Map<string, number>();
  const firstSentAtMs = clock.monotonicMs();
  const send = (some: readonly Message[]) =>
    runAtOnce(batchesOf(some), BATCHES_AT_ONCE, async (batch) => {
      signal.throwIfAborted();
      const Entries = batch.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
      const atMs = clock.monotonicMs();
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: urls.eventsQueueUrl, Entries }));
      const [failed] = answer.Failed ?? [];
      if (failed) throw new Error(`the queue did not take a message: ${failed.Code} ${failed.Message ?? ''}`);
      for (const { MessageId } of answer.Successful ?? []) if (MessageId) sentAtMs.set(MessageId, atMs);
      onSent(sentAtMs.size);
    });
  try {
    await send(messages.filter(({ waitsFor }) => waitsFor === null));
    let waiting = messages.filter(({ waitsFor }) => waitsFor !== null);
    while (waiting.length > 0) {
      await clock.sleep(RELEASE_EVERY_MS, signal);
      const inLog = await findKeys(
        options.database,
        waiting.map(({ waitsFor }) => waitsFor),
      );
      await send(waiting.filter(({ waitsFor }) => inLog.has(waitsFor)));
      waiting = waiting.filter(({ waitsFor }) => !inLog.has(waitsFor));
    }
    return { sentAtMs, firstSentAtMs };
  } finally {
    client.destroy();
  }
}

function* batchesOf(messages: readonly Message[]): Generator<readonly Message[]> {
  for (let from = 0; from < messages.length; from += BATCH_MESSAGES_MAX) {
    yield messages.slice(from, from + BATCH_MESSAGES_MAX);
  }
}

async function findKeys(database: DemoDatabase, keys: readonly (string | null)[]): Promise<Set<string | null>> {
  const { rows } = await sql<{ key: string }>`
    select idempotency_key as key from ledger.events where idempotency_key = any(${keys}::uuid[])`.execute(database.db);
  return new Set(rows.map(({ key }) => key));
}
