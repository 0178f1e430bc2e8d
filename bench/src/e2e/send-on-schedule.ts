/** Sends each event at its time, however long the ones before take (open loop). Resolves when all are sent. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
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

export async function sendOnSchedule(schedule: readonly ScheduledEvent[], options: SendOptions): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint: options.endpoint, region: 'eu-west-1', credentials });
  const sending: Promise<unknown>[] = [];
  for (const { atMs, event } of schedule) {
    const waitMs = options.startMs + atMs - systemClock.monotonicMs();
    if (waitMs > 1) await systemClock.sleep(waitMs, options.signal);
    sending.push(client.send(new SendMessageCommand({ QueueUrl: options.queueUrl, MessageBody: toJson(event) })));
  }
  await Promise.all(sending);
  client.destroy();
}
