/** The SQS queue of dead letters. */
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';

export interface DeadLetterQueueOptions {
  readonly queueUrl: string;
  readonly region: string;
  /** An SQS server other than AWS; the queue's own address when left out. */
  readonly endpoint?: string | undefined;
  readonly credentials?: SQSClientConfig['credentials'];
}

export interface ReceivedMessage {
  /** The same each time it is received. */
  readonly messageId: string;
  readonly body: string;
  readonly receiptHandle: string;
}

/** At most ten messages a call, as SQS has it. Each call rejects when SQS can't be reached. */
export interface DeadLetterQueue {
  /** Returns the places of those that SQS took. */
  send(bodies: readonly string[]): Promise<number[]>;
  /** Waits up to `waitSeconds` for the first. None: the queue is empty, or nearly. */
  receive(waitSeconds: number): Promise<ReceivedMessage[]>;
  /** Returns how many are gone. */
  remove(messages: readonly ReceivedMessage[]): Promise<number>;
  close(): void;
}

const MESSAGES_MAX = 10;
/** The one who tells SQS tries again by itself, later. */
const ATTEMPTS_MAX = 2;
const CALL_TIMEOUT_MS = 10_000;

export function openDeadLetterQueue(options: DeadLetterQueueOptions): DeadLetterQueue {
  const { queueUrl, region, endpoint = new URL(queueUrl).origin, credentials } = options;
  const client = new SQSClient({ region, endpoint, maxAttempts: ATTEMPTS_MAX, ...(credentials && { credentials }) });
  const within = (waitSeconds = 0) => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS + waitSeconds * 1_000) });
  return {
    async send(bodies) {
      const Entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: body }));
      const { Successful = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
        within(),
      );
      return Successful.map(({ Id }) => Number(Id));
    },
    async receive(waitSeconds) {
      const input = { QueueUrl: queueUrl, MaxNumberOfMessages: MESSAGES_MAX, WaitTimeSeconds: waitSeconds };
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(input), within(waitSeconds));
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
        messageId: MessageId,
        body: Body,
        receiptHandle: ReceiptHandle,
      }));
    },
    async remove(messages) {
      if (messages.length === 0) return 0;
      const Entries = messages.map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      }));
      const { Successful = [] } = await client.send(
        new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
        within(),
      );
      return Successful.length;
    },
    close: () => client.destroy(),
  };
}
