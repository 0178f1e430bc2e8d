import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ChangeMessageVisibilityBatchCommand,
  type DeleteMessageBatchCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { systemClock } from '@northwind/service-kit';
import { describe, expect, it } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import { type CallFailure, createMessageQueue } from './message-queue.ts';
import { createSqsClient, type QueueClient } from './sqs-client.ts';

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

describe('a body that is not what the queue hashed', () => {
  const Messages = [
    { MessageId: 'changed', ReceiptHandle: 'r1', Body: 'u', MD5OfBody: hash('md5', 'ü') },
    { MessageId: 'whole', ReceiptHandle: 'r2', Body: 'ü', MD5OfBody: hash('md5', 'ü') },
  ];
  const answer = (command: unknown) => (command instanceof ReceiveMessageCommand ? { Messages } : {});
  const { signal } = new AbortController();

  it('is left out and told', async () => {
    const garbled: string[] = [];
    expect(await queueThatAnswers(answer).receive(signal, (id) => garbled.push(id))).toEqual([
      { messageId: 'whole', receiptHandle: 'r2', body: 'ü', receivedAtMs: 7 },
    ]);
    expect(garbled).toEqual(['changed']);
  });

  it('takes the whole answer of a FIFO queue with it', async () => {
    const garbled: string[] = [];
    const queue = queueThatAnswers(answer, 'https://sqs.example/1/events.fifo');
    await expect(queue.receive(signal, (id) => garbled.push(id))).rejects.toThrow(/comes again: changed$/);
    expect(garbled).toEqual(['changed']);
  });
});

const messages = (count: number) => Array.from({ length: count }, (_, n) => message(n));
const Failed = [
  { Id: '2', Code: 'InternalError', Message: 'try later' },
  { Id: '5', Code: 'ReceiptHandleIsInvalid', SenderFault: true },
];
const WHAT_FAILED = ['1 InternalError: try later', '1 over ReceiptHandleIsInvalid', '3 the connection was lost'];

function listen() {
  const told: string[] = [];
  const onFailure = ({ count, isOver, cause }: CallFailure) =>
    void told.push(`${count} ${isOver ? 'over ' : ''}${(cause as Error).message}`);
  return { told, onFailure };
}

it('tells what could not be deleted, without what would fail again', async () => {
  const queue = queueThatAnswers((command) => {
    const { Entries = [] } = (command as DeleteMessageBatchCommand).input;
    if (Entries[0]?.ReceiptHandle === 'r10') throw new Error('the connection was lost');
    return { Failed };
  });
  const { told, onFailure } = listen();
  const left = await queue.remove(messages(13), onFailure);
  expect(left.map(({ messageId }) => messageId)).toEqual(['m2', 'm10', 'm11', 'm12']);
  expect(told.toSorted()).toEqual(WHAT_FAILED);
});

it('tells what could not be extended, and throws nothing', async () => {
  const queue = queueThatAnswers((command) => {
    const { Entries = [] } = (command as ChangeMessageVisibilityBatchCommand).input;
    if (Entries[0]?.ReceiptHandle === 'r10') throw new Error('the connection was lost');
    return { Failed };
  });
  const { told, onFailure } = listen();
  await queue.extend(messages(13), 60, onFailure);
  expect(told.toSorted()).toEqual(WHAT_FAILED);
});

it('waits for an extension only for seconds, so that others are extended in their time', {
  timeout: 20_000,
}, async () => {
  const arrived: (string | undefined)[] = [];
  const server = createServer((request) => arrived.push(request.url)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createSqsClient({ region: 'eu-west-1', endpoint, credentials });
  try {
    const queue = createMessageQueue({
      client,
      queueUrl: `${endpoint}/1/events`,
      visibilitySeconds: 60,
      nowMs: () => 7,
    });
    const { told, onFailure } = listen();
    const startedMs = systemClock.monotonicMs();
    await queue.extend(messages(1), 60, onFailure);
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(8_000);
    expect(told).toHaveLength(1);
    expect(arrived.length).toBeGreaterThan(1); // on a new connection
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
});

it('knows a FIFO queue by its name', () => {
  expect(queueThatAnswers(() => ({})).isFifo).toBe(false);
  expect(queueThatAnswers(() => ({}), 'https://sqs.example/1/events.fifo').isFifo).toBe(true);
});
