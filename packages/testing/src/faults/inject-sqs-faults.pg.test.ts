import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SqsServer, startSqs } from '../start-sqs.ts';
import { injectSqsFaults, type SqsFaultOptions } from './inject-sqs-faults.ts';

let sqs: SqsServer;
let QueueUrl: string;

beforeEach(async () => {
  sqs = await startSqs();
  QueueUrl = await sqs.createQueue('faults');
});
afterEach(() => sqs.stop());

const faulty = (options: Partial<SqsFaultOptions>) =>
  injectSqsFaults(sqs.client, { seed: '1', chances: {}, ...options });
const entries = (count: number) => Array.from({ length: count }, (_, n) => ({ Id: String(n), MessageBody: String(n) }));
const fill = (count: number) => sqs.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(count) }));
const receive = () => new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });

async function waiting(): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await sqs.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
}

describe('faults of SQS', () => {
  test('without chances nothing is changed', async () => {
    const client = faulty({});
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(3) }));
    expect((await client.send(receive())).Messages?.map(({ Body }) => Body)).toEqual(['0', '1', '2']);
    expect(Object.values(client.counts)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('duplicate: a message comes again with a later answer', async () => {
    await fill(3);
    const client = faulty({ chances: { duplicate: 1 }, atMost: { duplicate: 2 } });
    const first = await client.send(receive());
    const second = await client.send(receive());
    const ids = (answer: typeof first) => answer.Messages?.map(({ MessageId }) => MessageId);
    expect(ids(second)).toEqual(ids(first)?.slice(0, 2));
    expect([client.counts.duplicate, ids(await client.send(receive()))]).toEqual([2, []]);
  });

  test('lost ack: it is done, and the caller gets an error', async () => {
    const client = faulty({ chances: { lostAck: 1 } });
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(2) }))).rejects.toThrow(
      'hang up',
    );
    expect(await waiting()).toBe(2);
    await client.send(receive()); // no ack to lose
  });

  test('throttle: it is refused and not done', async () => {
    const client = faulty({ chances: { throttle: 1 } });
    const sending = client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(2) }));
    await expect(sending).rejects.toMatchObject({ name: 'RequestThrottled', $metadata: { httpStatusCode: 429 } });
    expect(await waiting()).toBe(0);
  });

  test('partial: failed entries are not done, the others are, in all three batch calls', async () => {
    const client = faulty({ chances: { partial: 0.5 } });
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(10) }));
    const done = sent.Successful?.length ?? 0;
    expect([done + (sent.Failed?.length ?? 0), done > 0, done < 10]).toEqual([10, true, true]);
    expect(sent.Failed?.every(({ SenderFault, Code }) => SenderFault === false && Code === 'InternalError')).toBe(true);
    expect(await waiting()).toBe(done);
    const { Messages = [] } = await sqs.client.send(receive());
    const handles = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 }));
    const changed = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: handles }));
    expect(await waiting()).toBe(changed.Successful?.length);
    const again = (await sqs.client.send(receive())).Messages ?? [];
    const Entries = again.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect((deleted.Successful?.length ?? 0) + (deleted.Failed?.length ?? 0)).toBe(again.length);
  });

  test('stall: a receive is not answered until it is given up', async () => {
    await fill(1);
    const client = faulty({ chances: { stall: 1 }, atMost: { stall: 1 } });
    const abort = new AbortController();
    const stalled = client.send(receive(), { abortSignal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(stalled).rejects.toThrow('enough');
    expect((await client.send(receive())).Messages).toHaveLength(1);
  });

  test('the same seed does the same to the same calls, another does not', async () => {
    const decisions = async (seed: string) => {
      const client = faulty({ seed, chances: { throttle: 0.5 } });
      const asks = Array.from({ length: 20 }, () => new GetQueueAttributesCommand({ QueueUrl }));
      const results: string[] = [];
      for (const ask of asks) {
        results.push(
          await client.send(ask).then(
            () => '.',
            () => 'x',
          ),
        );
      }
      return results.join('');
    };
    const first = await decisions('a');
    expect(await decisions('a')).toBe(first);
    expect(await decisions('b')).not.toBe(first);
  });
});
