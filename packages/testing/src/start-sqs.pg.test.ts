import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { startSqs } from './start-sqs.ts';

test('send, receive, delete, through the official client', async () => {
  await using sqs = await startSqs();
  const QueueUrl = await sqs.createQueue('events', { VisibilityTimeout: '30' });
  await sqs.client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"é":1}' }));
  const { Messages: [message] = [] } = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(message?.Body).toBe('{"é":1}');
  await sqs.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  const { Attributes } = await sqs.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    QueueArn: expect.stringMatching(/^arn:aws:sqs:eu-west-1:\d+:events$/),
  });
});

test('a message that is received too often moves to the dead letters', async () => {
  await using sqs = await startSqs();
  const deadLetters = await sqs.createQueue('dead');
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead',
    maxReceiveCount: 1,
  });
  const QueueUrl = await sqs.createQueue('events', { RedrivePolicy });
  await sqs.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  const { Messages: [message] = [] } = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl }));
  const ReceiptHandle = message?.ReceiptHandle;
  await sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  expect((await sqs.client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).toEqual([]);
  const { Messages: dead = [] } = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: deadLetters }));
  expect(dead.map(({ Body }) => Body)).toEqual(['poison']);
});

test('stops twice without harm', async () => {
  const sqs = await startSqs();
  await Promise.all([sqs.stop(), sqs.stop()]);
  await expect(fetch(sqs.endpoint)).rejects.toThrow();
});
