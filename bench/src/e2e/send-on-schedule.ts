/**
 * Sends each event at its time, however long the ones before take (open loop). Events that fall due within the same few
 * milliseconds go in one call, as a producer would send them; latency counts from each event's own scheduled time all
 * the same. Resolves when all are sent.
 */
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { toJson } from '@northwind/events';
import { systemClock } from '@northwind/service-kit';
import type { ScheduledEvent } from './schedule-events.ts';

export interface SendOptions {
  readonly endpoint: string;
  readonly queueUrl: string;
  /** Monotonic milliseconds of the schedule's zero. */
  readonly startMs: number;
  readonly signal: AbortSignal;
}

const TICK_MS = 10;
/** SQS takes ten in a call. */
const CALL_MAX = 10;

export async function sendOnSchedule(schedule: readonly ScheduledEvent[], options: SendOptions): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint: options.endpoint, region: 'eu-west-1', credentials });
  const sending: Promise<void>[] = [];
  let next = 0;
  while (next < schedule.length) {
    const elapsedMs = systemClock.monotonicMs() - options.startMs;
    while ((schedule[next]?.atMs ?? Number.POSITIVE_INFINITY) <= elapsedMs) {
      const due = schedule.slice(next, next + CALL_MAX).filter(({ atMs }) => atMs <= elapsedMs);
      sending.push(sendTogether(client, options.queueUrl, due));
      next += due.length;
    }
    await systemClock.sleep(TICK_MS, options.signal);
  }
  await Promise.all(sending);
  client.destroy();
}

async function sendTogether(client: SQSClient, queueUrl: string, events: readonly ScheduledEvent[]): Promise<void> {
  const Entries = events.map(({ event }, i) => ({ Id: String(i), MessageBody: toJson(event) }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  if (Failed.length > 0) throw new Error(`the queue refused ${Failed.length} events: ${Failed[0]?.Message}`);
}
