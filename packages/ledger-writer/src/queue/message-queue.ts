/** The four things the writer does with SQS. Throws the SDK's errors. */
import { hash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { HeldMessage } from './held-message.ts';
import { readTrace } from './read-trace.ts';
import type { QueueClient } from './sqs-client.ts';

export interface MessageQueue {
  /** A FIFO queue gives a group's next messages only after the deletion of those before. */
  readonly isFifo?: boolean;
  /** Long-polls; up to ten messages, none after 20 s. The same signal for many calls costs least. */
  receive(signal: AbortSignal): Promise<HeldMessage[]>;
  /** Resolves with the messages that could not be deleted and may be the next time. */
  remove(messages: readonly HeldMessage[]): Promise<HeldMessage[]>;
  /** Keeps messages invisible to others for `seconds` from now; 0 gives them back. Failures are the queue's to heal. */
  extend(messages: readonly HeldMessage[], seconds: number): Promise<void>;
  /** Throws when the queue can't be reached or doesn't exist. */
  check(): Promise<void>;
}

export interface MessageQueueOptions {
  readonly client: QueueClient;
  readonly queueUrl: string;
  readonly visibilitySeconds: number;
  readonly nowMs: () => number;
}

/** SQS takes and gives at most ten in one call. */
export const CALL_MAX = 10;
/** The longest poll SQS allows: the fewest empty answers. */
const LONG_POLL_SECONDS = 20;
/** Thousands may have to be extended at once; each call has a connection of its own. */
const EXTENSIONS_MAX = 8;

export function createMessageQueue({ client, queueUrl, visibilitySeconds, nowMs }: MessageQueueOptions): MessageQueue {
  const QueueUrl = queueUrl;

  async function removeTen(messages: readonly HeldMessage[]): Promise<readonly HeldMessage[]> {
    const Entries = messages.map((m, i) => ({ Id: String(i), ReceiptHandle: m.receiptHandle }));
    const answer = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })).catch(() => null);
    // An answer that never came may have deleted; deleting twice does no harm.
    if (answer === null) return messages;
    if (!answer.Failed?.length) return [];
    // What the queue calls our own fault (the delivery's time is over) would fail again: it comes again anyway.
    const failed = new Set(answer.Failed.filter((entry) => entry.SenderFault !== true).map((entry) => entry.Id));
    return messages.filter((_, i) => failed.has(String(i)));
  }

  function extendTen(messages: readonly HeldMessage[], seconds: number): Promise<unknown> {
    const Entries = messages.map((m, i) => ({
      Id: String(i),
      ReceiptHandle: m.receiptHandle,
      VisibilityTimeout: seconds,
    }));
    return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })).catch(() => undefined);
  }

  return {
    isFifo: queueUrl.endsWith('.fifo'),

    async receive(signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: CALL_MAX,
        WaitTimeSeconds: LONG_POLL_SECONDS,
        VisibilityTimeout: visibilitySeconds,
        MessageAttributeNames: ['traceparent'],
        MessageSystemAttributeNames: ['AWSTraceHeader'],
      });
      const { Messages = [] } = await client.send(command, { abortSignal: signal });
      const receivedAtMs = nowMs();
      return Messages.filter(isAsSent).map((message) => toHeldMessage(message, receivedAtMs));
    },

    async remove(messages) {
      return (await Promise.all(inCalls(messages).map(removeTen))).flat();
    },

    async extend(messages, seconds) {
      const calls = inCalls(messages);
      const extendNext = async () => {
        for (let call = calls.shift(); call; call = calls.shift()) await extendTen(call, seconds);
      };
      await Promise.all(Array.from({ length: EXTENSIONS_MAX }, extendNext));
    },

    async check() {
      await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    },
  };
}

/** A body that changed on its way is not looked at: the message comes again when its visibility time is over. */
function isAsSent({ Body = '', MD5OfBody }: Message): boolean {
  return MD5OfBody === undefined || hash('md5', Body) === MD5OfBody;
}

function toHeldMessage(message: Message, receivedAtMs: number): HeldMessage {
  const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes, Attributes } = message;
  const held = { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, receivedAtMs };
  if (MessageAttributes === undefined && Attributes === undefined) return held;
  const { traceparent: attribute } = MessageAttributes ?? {};
  const traceparent = readTrace({
    traceparent: attribute?.StringValue,
    awsTraceHeader: Attributes?.AWSTraceHeader,
  });
  return traceparent === undefined ? held : { ...held, traceparent };
}

function inCalls(messages: readonly HeldMessage[]): HeldMessage[][] {
  const calls: HeldMessage[][] = [];
  for (let i = 0; i < messages.length; i += CALL_MAX) calls.push(messages.slice(i, i + CALL_MAX));
  return calls;
}
