import { Agent, request } from 'node:http';
import type { Clock } from '@northwind/service-kit';
import type { ChaosMessage } from './plan-messages.ts';

export interface SendOptions {
  readonly messages: Iterable<ChaosMessage>;
  readonly queueUrl: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** How many messages may have been sent by now; looked at again and again. */
  readonly allowed: () => number;
  readonly onSent: (count: number) => void;
}

/** SQS takes ten; the run's own queue takes them all, and of what the sender costs nobody learns anything. */
const BATCH_MESSAGES_MAX = 100;
const LANES = 4;
const LOOK_EVERY_MS = 20;

/**
 * Sends everything, as fast as the queue answers. A merchant's messages all go through one lane, whose calls follow one
 * another, so the queue gets them in order. The calls are plain HTTP: the AWS SDK would take as long for a call as
 * everything else takes for its messages.
 */
export async function sendMessages(options: SendOptions): Promise<void> {
  const { messages, queueUrl, signal, clock, allowed, onSent } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const lanes = Array.from({ length: LANES }, () => ({ batch: [] as ChaosMessage[], sending: Promise.resolve() }));
  let sent = 0;
  const flush = async (lane: (typeof lanes)[number]) => {
    const { batch } = lane;
    lane.batch = [];
    await lane.sending;
    signal.throwIfAborted();
    lane.sending = call(agent, queueUrl, toRequest(queueUrl, batch, sent), signal).then(() => {
      sent += batch.length;
      onSent(sent);
    });
    // Looked at by the next call of the lane, or at the end.
    lane.sending.catch(() => undefined);
  };
  try {
    let taken = 0;
    for (const message of messages) {
      while (taken >= allowed()) await clock.sleep(LOOK_EVERY_MS, signal);
      taken += 1;
      const lane = lanes[message.event.merchant % LANES];
      if (lane === undefined) continue;
      lane.batch.push(message);
      if (lane.batch.length === BATCH_MESSAGES_MAX) await flush(lane);
    }
    for (const lane of lanes) if (lane.batch.length > 0) await flush(lane);
    await Promise.all(lanes.map(({ sending }) => sending));
  } finally {
    agent.destroy();
  }
}

function toRequest(QueueUrl: string, batch: readonly ChaosMessage[], sent: number): string {
  const Entries = batch.map(({ event, body }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: event.merchantId,
    // Another one for every message, so that the queue lets our duplicates through.
    MessageDeduplicationId: `${event.merchant}-${sent}-${index}`,
  }));
  return JSON.stringify({ QueueUrl, Entries });
}

function call(agent: Agent, url: string, body: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessageBatch',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(url, { method: 'POST', agent, headers, signal }, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`the queue answers a send with ${answer.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
