/** The four things the writer does with SQS. Throws the SDK's errors. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { HeldMessage } from './held-message.ts';

export interface MessageQueue {
  /** Long-polls; up to ten messages, none after 20 s. */
  receive(signal: AbortSignal): Promise<HeldMessage[]>;
  /** Resolves with the messages that could not be deleted. */
  remove(messages: readonly HeldMessage[]): Promise<HeldMessage[]>;
  /** Keeps messages invisible to others for `seconds` from now; 0 gives them back. Failures are the queue's to heal. */
  extend(messages: readonly HeldMessage[], seconds: number): Promise<void>;
  /** Throws when the queue can't be reached or doesn't exist. */
  check(): Promise<void>;
}

export interface MessageQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly visibilitySeconds: number;
  readonly nowMs: () => number;
}

/** SQS takes and gives at most ten in one call. */
const CALL_MAX = 10;
/** The longest poll SQS allows: the fewest empty answers. */
const LONG_POLL_SECONDS = 20;
/** A poll still unanswered then has lost its connection without noticing. */
const RECEIVE_TIMEOUT_MS = 30_000;

export function createMessageQueue({ client, queueUrl, visibilitySeconds, nowMs }: MessageQueueOptions): MessageQueue {
  return {
    async receive(signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: CALL_MAX,
        WaitTimeSeconds: LONG_POLL_SECONDS,
        VisibilityTimeout: visibilitySeconds,
      });
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(RECEIVE_TIMEOUT_MS)]);
      const { Messages = [] } = await client.send(command, { abortSignal });
      const receivedAtMs = nowMs();
      return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        receivedAtMs,
      }));
    },

    async remove(messages) {
      const left = await Promise.all(
        inCalls(messages).map(async (call) => {
          const Entries = call.map((m, i) => ({ Id: String(i), ReceiptHandle: m.receiptHandle }));
          const answer = await client
            .send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
            .catch(() => null);
          // An answer that never came may have deleted; deleting twice does no harm.
          if (answer === null) return call;
          const failed = new Set(answer.Failed?.map((entry) => entry.Id));
          return call.filter((_, i) => failed.has(String(i)));
        }),
      );
      return left.flat();
    },

    async extend(messages, seconds) {
      await Promise.allSettled(
        inCalls(messages).map((call) => {
          const Entries = call.map((m, i) => ({
            Id: String(i),
            ReceiptHandle: m.receiptHandle,
            VisibilityTimeout: seconds,
          }));
          return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
        }),
      );
    },

    async check() {
      await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
    },
  };
}

function inCalls(messages: readonly HeldMessage[]): HeldMessage[][] {
  const calls: HeldMessage[][] = [];
  for (let i = 0; i < messages.length; i += CALL_MAX) calls.push(messages.slice(i, i + CALL_MAX));
  return calls;
}
