/**
 * The four things the writer does with SQS. Receiving and checking throw the SDK's errors. Deleting and extending never
 * throw, because a part of the messages may have been served: they tell of each failure with its cause.
 */
import { hash } from 'node:crypto';
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { HeldMessage } from './held-message.ts';
import { readTrace } from './read-trace.ts';
import type { QueueClient } from './sqs-client.ts';

/** Messages that one call did not delete or extend. */
export interface CallFailure {
  readonly count: number;
  /** The error of the call, or one that says what the queue answered about these messages. */
  readonly cause: unknown;
  /** The delivery's time is over: no call about it can work any more, and the message is another's or comes again. */
  readonly isOver: boolean;
}
export type OnFailure = (failure: CallFailure) => void;

export interface MessageQueue {
  /** A FIFO queue gives a group's next messages only after the deletion of those before. */
  readonly isFifo?: boolean;
  /**
   * Long-polls; up to ten messages, none after 20 s. The same signal for many calls costs least. `onGarbled` is told of
   * each message whose body changed on its way: it is left out, and on a FIFO queue the whole answer with it (throws).
   */
  receive(signal: AbortSignal, onGarbled?: (messageId: string) => void): Promise<HeldMessage[]>;
  /** Resolves with the messages that could not be deleted and may be the next time. */
  remove(messages: readonly HeldMessage[], onFailure?: OnFailure): Promise<HeldMessage[]>;
  /** Keeps messages invisible to others for `seconds` from now; 0 gives them back. Failures are the queue's to heal. */
  extend(messages: readonly HeldMessage[], seconds: number, onFailure?: OnFailure): Promise<void>;
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
/**
 * An extension is answered in a fraction of a second. One that is not has lost its connection, and while it is waited
 * for, other messages come to the end of their time: it is made again on a new connection, and soon given up. The next
 * one is due when a third of the visibility time has passed.
 */
const EXTENSION_ANSWER_MS = 2_000;
const EXTENSION_MS_MAX = 5_000;

export function createMessageQueue({ client, queueUrl, visibilitySeconds, nowMs }: MessageQueueOptions): MessageQueue {
  const QueueUrl = queueUrl;
  const isFifo = queueUrl.endsWith('.fifo');

  async function removeTen(messages: readonly HeldMessage[], onFailure?: OnFailure): Promise<readonly HeldMessage[]> {
    const Entries = messages.map((m, i) => ({ Id: String(i), ReceiptHandle: m.receiptHandle }));
    try {
      const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      tellFailed(Failed, onFailure);
      // What the queue calls our own fault would fail again: the message comes again anyway.
      const failed = new Set(Failed.filter((entry) => !isOver(entry)).map((entry) => entry.Id));
      return messages.filter((_, i) => failed.has(String(i)));
    } catch (cause) {
      onFailure?.({ count: messages.length, cause, isOver: false });
      return messages; // an answer that never came may have deleted; deleting twice does no harm
    }
  }

  async function extendTen(messages: readonly HeldMessage[], seconds: number, onFailure?: OnFailure): Promise<void> {
    const Entries = messages.map((m, i) => ({
      Id: String(i),
      ReceiptHandle: m.receiptHandle,
      VisibilityTimeout: seconds,
    }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
    const deadline = { requestTimeout: EXTENSION_ANSWER_MS, abortSignal: AbortSignal.timeout(EXTENSION_MS_MAX) };
    try {
      tellFailed((await client.send(command, deadline)).Failed, onFailure);
    } catch (cause) {
      onFailure?.({ count: messages.length, cause, isOver: false });
    }
  }

  return {
    isFifo,

    async receive(signal, onGarbled) {
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
      const whole = withoutGarbled(Messages, isFifo, onGarbled);
      return whole.map((message) => toHeldMessage(message, receivedAtMs));
    },

    async remove(messages, onFailure) {
      return (await Promise.all(inCalls(messages).map((call) => removeTen(call, onFailure)))).flat();
    },

    async extend(messages, seconds, onFailure) {
      const calls = inCalls(messages);
      const extendNext = async () => {
        for (let call = calls.shift(); call; call = calls.shift()) await extendTen(call, seconds, onFailure);
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

/** Throws on a FIFO queue: what came with a garbled message would be in the log before it. */
function withoutGarbled(messages: Message[], isFifo: boolean, onGarbled?: (messageId: string) => void): Message[] {
  const ids = messages.flatMap((message) => (isAsSent(message) ? [] : [message.MessageId ?? '']));
  if (ids.length === 0) return messages;
  for (const id of ids) onGarbled?.(id);
  if (!isFifo) return messages.filter(isAsSent);
  const consequence = 'nothing of the answer is taken and all of it comes again';
  throw new Error(`changed on the way from a FIFO queue, so ${consequence}: ${ids.join(', ')}`);
}

/** What the queue calls our own fault: the receipt handle is not valid any more. */
function isOver({ SenderFault }: BatchResultErrorEntry): boolean {
  return SenderFault === true;
}

/** At most once for what is over and once for what is not. */
function tellFailed(failed: readonly BatchResultErrorEntry[] = [], onFailure?: OnFailure): void {
  for (const over of [false, true]) {
    const entries = failed.filter((entry) => isOver(entry) === over);
    if (entries.length === 0) continue;
    const said = new Set(
      entries.map(({ Code, Message: text }) => [Code ?? 'no code', ...(text ? [text] : [])].join(': ')),
    );
    onFailure?.({ count: entries.length, cause: new Error([...said].join('; ')), isOver: over });
  }
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
