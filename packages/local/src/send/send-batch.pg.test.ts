import { connect, createServer } from 'node:net';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '@northwind/service-kit';
import { freePort, startSqs } from '@northwind/testing';
import { expect, test } from 'vitest';
import { sendBatch } from './send-batch.ts';

test('a queue that is away for a moment is waited for, and every line arrives', async () => {
  await using sqs = await startSqs();
  const own = await sqs.createQueue('settlement-events');
  const port = await freePort();
  const queueUrl = own.replace(new URL(own).host, `127.0.0.1:${port}`);
  const client = new SQSClient({
    endpoint: new URL(queueUrl).origin,
    region: sqs.region,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const lines = ['{"a":1}', '{"a":2}'].map((text, index) => ({ number: index + 1, text }));
  const waits: number[] = [];
  const target = new URL(sqs.endpoint);
  const proxy = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    inbound.pipe(outbound).pipe(inbound);
    for (const socket of [inbound, outbound]) socket.on('error', () => undefined);
  });
  const clock = {
    ...systemClock,
    sleep: async (ms: number) => {
      waits.push(ms);
      if (waits.length === 2) await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
    },
  };
  const sent = await sendBatch(lines, { client, queueUrl, clock });
  expect(sent).toEqual({ sent: 2, retried: 4, refused: [] });
  expect(waits).toHaveLength(2);
  const { Messages = [] } = await sqs.client.send(
    new ReceiveMessageCommand({ QueueUrl: own, MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map((message) => message.Body).sort()).toEqual(['{"a":1}', '{"a":2}']);
  client.destroy();
  proxy.close();
});
