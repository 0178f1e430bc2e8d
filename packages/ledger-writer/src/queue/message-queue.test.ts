import { hash } from 'node:crypto';
import { type DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import { createMessageQueue } from './message-queue.ts';
import type { QueueClient } from './sqs-client.ts';

/** A queue whose server gives these answers. */
function queueThatAnswers(answer: (command: unknown) => unknown, queueUrl = 'https://sqs.example/1/events') {
  const client = { send: async (command: unknown) => answer(command) } as unknown as QueueClient;
  return createMessageQueue({ client, queueUrl, visibilitySeconds: 60, nowMs: () => 7 });
}
const message = (n: number): HeldMessage => ({
  messageId: `m${n}`,
  receiptHandle: `r${n}`,
  body: '',
  receivedAtMs: 0,
});

it('leaves a body that is not what the queue hashed', async () => {
  const Messages = [
    { MessageId: 'whole', ReceiptHandle: 'r1', Body: 'ü', MD5OfBody: hash('md5', 'ü') },
    { MessageId: 'changed', ReceiptHandle: 'r2', Body: 'u', MD5OfBody: hash('md5', 'ü') },
  ];
  const queue = queueThatAnswers((command) => (command instanceof ReceiveMessageCommand ? { Messages } : {}));
  expect(await queue.receive(new AbortController().signal)).toEqual([
    { messageId: 'whole', receiptHandle: 'r1', body: 'ü', receivedAtMs: 7 },
  ]);
});

it('tells what could not be deleted, without what would fail again', async () => {
  const queue = queueThatAnswers((command) => {
    const { Entries = [] } = (command as DeleteMessageBatchCommand).input;
    if (Entries[0]?.ReceiptHandle === 'r10') throw new Error('the connection was lost');
    return { Failed: [{ Id: '2' }, { Id: '5', SenderFault: true }] };
  });
  const left = await queue.remove(Array.from({ length: 13 }, (_, n) => message(n)));
  expect(left.map(({ messageId }) => messageId)).toEqual(['m2', 'm10', 'm11', 'm12']);
});

it('knows a FIFO queue by its name', () => {
  expect(queueThatAnswers(() => ({})).isFifo).toBe(false);
  expect(queueThatAnswers(() => ({}), 'https://sqs.example/1/events.fifo').isFifo).toBe(true);
});
