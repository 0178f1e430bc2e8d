/** The queue of one row: a server process, filled before anybody receives, and watched while it is drained. */
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '@northwind/service-kit';
import { z } from 'zod';
import { runChild } from './run-child.ts';

export interface BenchQueue extends AsyncDisposable {
  /** For programs that receive: the names that the ledger-writer reads. */
  readonly environment: Readonly<Record<string, string>>;
  send(bodies: readonly string[], signal: AbortSignal): Promise<void>;
  /** Messages that are not deleted yet. */
  countLeft(): Promise<number>;
}

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
/** SQS takes ten in a call. */
const CALL_MAX = 10;
const SENDERS = 16;

const started = z.object({ endpoint: z.string(), queueUrl: z.string() });

export async function startBenchQueue(): Promise<BenchQueue> {
  const server = runChild(new URL('./queue-server.ts', import.meta.url), {});
  const { endpoint, queueUrl: QueueUrl } = started.parse(await server.next());
  const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });

  async function sendTogether(bodies: readonly string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`the queue refused ${Failed.length} messages: ${Failed[0]?.Message}`);
  }

  return {
    environment: {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      SQS_ENDPOINT: endpoint,
      SQS_EVENTS_URL: QueueUrl,
    },
    async send(bodies, signal) {
      let next = 0;
      const sendOn = async () => {
        while (next < bodies.length) {
          signal.throwIfAborted();
          const call = bodies.slice(next, next + CALL_MAX);
          next += CALL_MAX;
          await sendTogether(call);
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, sendOn));
    },
    async countLeft() {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
      const { Attributes = {} } = await client.send(command);
      return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

const WATCH_MS = 20;
const DRAIN_TIMEOUT_MS = 180_000;

/**
 * Messages a second while the queue is drained to nothing. The clock runs from the moment when at most `measured` are
 * left: what lies before is warm-up.
 */
export async function timeDrain(queue: BenchQueue, measured: number, signal: AbortSignal): Promise<number> {
  const deadlineMs = systemClock.monotonicMs() + DRAIN_TIMEOUT_MS;
  let first: { readonly left: number; readonly atMs: number } | null = null;
  for (;;) {
    const left = await queue.countLeft();
    const atMs = systemClock.monotonicMs();
    if (first === null && left <= measured) first = { left, atMs };
    if (first !== null && left === 0) return (first.left * 1000) / (atMs - first.atMs);
    if (atMs > deadlineMs) throw new Error(`the queue is not drained after ${DRAIN_TIMEOUT_MS} ms, ${left} are left`);
    await systemClock.sleep(WATCH_MS, signal);
  }
}
