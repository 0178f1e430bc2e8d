import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { createHealth } from '@northwind/service-kit';
import { eventually, recordingLogger } from '@northwind/testing';
import { expect, test } from 'vitest';
import type { QueueClient } from '../src/index.ts';
import { bodyOf, openStage } from './open-stage.ts';

test('a FIFO queue: each group’s messages in their order, the next when the last are deleted', async () => {
  const attributes = { FifoQueue: 'true' };
  await using stage = await openStage({ queueName: 'events.fifo', attributes, visibilitySeconds: 30 });
  const merchants = ['mer_a', 'mer_b', 'mer_c'];
  const messages = Array.from({ length: 600 }, (_, n) => {
    const group = merchants[n % merchants.length] ?? '';
    return { body: bodyOf(n, group), group };
  });
  await stage.send(messages);
  await stage.write();
  await eventually(async () => expect(await stage.tallies()).toEqual({ appended: messages.length }));
  await eventually(async () => expect(await stage.countMessages()).toBe(0));
  const byMerchant = Object.groupBy(await stage.logged(), (row) => row.merchant_id);
  for (const [index, merchant] of merchants.entries()) {
    const sent = Array.from({ length: 200 }, (_, n) => `pay_${n * merchants.length + index}`);
    expect(byMerchant[merchant]?.map((row) => row.subject)).toEqual(sent);
  }
});

test('a body that changes on its way from the queue: told and counted, and looked at when it comes again', async () => {
  let changes = 1;
  const garble = (first: Message) => (changes-- > 0 ? { ...first, Body: 'not what was sent' } : first);
  await using stage = await openStage({ watchClient: (client) => answering(client, garble) });
  const { logger, lines } = recordingLogger();
  let garbled = 0;
  await stage.send(Array.from({ length: 5 }, (_, n) => ({ body: bodyOf(n) })));
  await stage.write({ logger, onGarbled: () => garbled++ });
  await eventually(async () => expect(await stage.countMessages()).toBe(0), { timeoutMs: 15_000 });
  expect(await stage.tallies()).toEqual({ appended: 5 });
  expect(garbled).toBe(1);
  expect(lines.filter(({ event }) => event === 'message.garbled')).toMatchObject([{ messageId: expect.any(String) }]);
});

test('a writer that may not delete: its health says so although it receives, until it may', async () => {
  let isAllowed = false;
  await using stage = await openStage({ watchClient: (client) => deletingIf(client, () => isAllowed) });
  const health = createHealth();
  const says = () => health.components().find(({ component }) => component === 'queue');
  await stage.write({ health });
  await stage.send([{ body: bodyOf(0) }]);
  await eventually(() => expect(says()).toMatchObject({ state: 'failing', detail: 'deleting: AccessDenied' }));
  // Delivered again: the answers to polls that work change nothing.
  await eventually(async () => expect((await stage.tallies()).duplicate).toBeGreaterThan(0), { timeoutMs: 15_000 });
  expect(says()?.state).toBe('failing');
  isAllowed = true;
  await eventually(async () => expect(await stage.countMessages()).toBe(0), { timeoutMs: 15_000 });
  await eventually(() => expect(says()?.state).toBe('ok'));
});

test('keeps the message’s id and its trace: the body’s own, else the attribute’s, else X-Ray’s', async () => {
  const xRay = `Root=1-${'c'.repeat(8)}-${'c'.repeat(24)};Parent=${'c'.repeat(16)};Sampled=1`;
  await using stage = await openStage({ watchClient: (client) => withTraceHeader(client, xRay) });
  const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
  const ids: (string | undefined)[] = [];
  const send = async (body: string, traceparent?: string) => {
    const command = new SendMessageCommand({
      QueueUrl: stage.queueUrl,
      MessageBody: body,
      ...(traceparent && { MessageAttributes: { traceparent: { DataType: 'String', StringValue: traceparent } } }),
    });
    ids.push((await stage.sqs.client.send(command)).MessageId);
  };
  await send(bodyOf(0, 'mer_0', trace('a')), trace('b'));
  await send(bodyOf(1), trace('b'));
  await send(bodyOf(2));
  await send(bodyOf(3), 'nonsense');
  await stage.write();
  await eventually(async () => expect(await stage.logged()).toHaveLength(4));
  const rows = (await stage.logged()).toSorted((a, b) => a.subject.localeCompare(b.subject));
  expect(rows.map((row) => row.trace)).toEqual([trace('a'), trace('b'), trace('c'), trace('c')]);
  expect(rows.map((row) => row.message_id)).toEqual(ids);
});

/** Changes the first message of each answer. */
function answering(client: QueueClient, change: (first: Message) => Message): QueueClient {
  const send = async (command: unknown, options: unknown) => {
    const answer = (await client.send(command as never, options as never)) as { Messages?: Message[] };
    const [first, ...others] = answer.Messages ?? [];
    return command instanceof ReceiveMessageCommand && first ? { Messages: [change(first), ...others] } : answer;
  };
  return { send: send as QueueClient['send'] };
}

function deletingIf(client: QueueClient, isAllowed: () => boolean): QueueClient {
  const send = async (command: unknown, options: unknown) => {
    if (command instanceof DeleteMessageBatchCommand && !isAllowed()) throw new Error('AccessDenied');
    return client.send(command as never, options as never);
  };
  return { send: send as QueueClient['send'] };
}

/** Answers as SQS gives them for a producer that X-Ray traces; the local server does not keep system attributes. */
function withTraceHeader(client: QueueClient, header: string): QueueClient {
  const send = async (command: unknown, options: unknown) => {
    const answer = (await client.send(command as never, options as never)) as { Messages?: object[] };
    if (!(command instanceof ReceiveMessageCommand)) return answer;
    expect(command.input.MessageSystemAttributeNames).toContain('AWSTraceHeader');
    return { Messages: answer.Messages?.map((message) => ({ ...message, Attributes: { AWSTraceHeader: header } })) };
  };
  return { send: send as QueueClient['send'] };
}
