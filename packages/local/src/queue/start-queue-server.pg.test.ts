import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EVENTS_DEAD_LETTER_QUEUE, EVENTS_QUEUE, queueDefinitions, queueUrl } from './queues.ts';
import { type QueueServer, startQueueServer } from './start-queue-server.ts';

const REGION = 'eu-west-1';
let folder: string;
let server: QueueServer;
let client: SQSClient;

async function start(port = 0): Promise<void> {
  const onFatal = (error: unknown) => expect.unreachable(String(error));
  server = await startQueueServer({
    folder,
    host: '127.0.0.1',
    port,
    region: REGION,
    queues: queueDefinitions(REGION),
    onFatal,
  });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  client = new SQSClient({ endpoint: server.endpoint, region: REGION, credentials, maxAttempts: 1 });
}

async function stop(): Promise<void> {
  client.destroy();
  await server.stop();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'settlement-queue-'));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => queueUrl(server.endpoint, EVENTS_QUEUE);

const send = (...bodies: string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: url(),
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

const receive = async (options: { VisibilityTimeout?: number } = {}) => {
  const request = { QueueUrl: url(), MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...options };
  return (await client.send(new ReceiveMessageCommand(request))).Messages ?? [];
};

test('messages, deletions and their order outlive a restart, on another port too', async () => {
  await send('first', 'second', 'third');
  const [first] = await receive({ VisibilityTimeout: 0 });
  await client.send(new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: first?.ReceiptHandle }));
  await stop();
  await start(0);
  expect((await receive()).map(({ Body }) => Body)).toEqual(['second', 'third']);
});

test('a message handed back with visibility 0 is received again at once', async () => {
  await send('body');
  const [message] = await receive();
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: url(),
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  expect((await receive()).map(({ Body }) => Body)).toEqual(['body']);
});

test('queues are there with their dead-letter queue, and name the address that was asked', async () => {
  const found = await client.send(new GetQueueUrlCommand({ QueueName: EVENTS_QUEUE }));
  expect(found.QueueUrl).toBe(url());
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url(), AttributeNames: ['All'] }));
  const redrive = JSON.parse(Attributes?.RedrivePolicy ?? '{}');
  expect(redrive.deadLetterTargetArn).toBe(`arn:aws:sqs:${REGION}:000000000000:${EVENTS_DEAD_LETTER_QUEUE}`);
});

test('it listens on this machine only', async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  if (outside === undefined) return; // this machine has no other address to be asked at
  await expect(fetch(`http://${outside.address}:${server.port}/health`)).rejects.toThrow();
});
