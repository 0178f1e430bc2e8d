/** The queue of an outage: one that sends what was delivered too often to a dead-letter queue, as production has it. */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { type BenchQueue, startBenchQueue } from '../writer/bench-queue.ts';

export interface OutageQueue extends BenchQueue {
  countDead(): Promise<number>;
  /** How often the message that was delivered most often of those in the queue was delivered. */
  deliveriesMax(): Promise<number>;
}

/** What fauxqs tells of a queue over HTTP, without touching it. */
const inspected = z.object({
  messages: z.record(
    z.enum(['ready', 'inflight', 'delayed']),
    z.array(z.union([withCount(), z.object({ message: withCount() })])),
  ),
});

function withCount() {
  return z.object({ approximateReceiveCount: z.number() });
}

export async function startOutageQueue(maxReceiveCount: number): Promise<OutageQueue> {
  const queue = await startBenchQueue();
  const { AWS_REGION: region = '', SQS_ENDPOINT: endpoint = '', SQS_EVENTS_URL: QueueUrl = '' } = queue.environment;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint, region, credentials });
  const { QueueUrl: deadUrl } = await client.send(new CreateQueueCommand({ QueueName: 'dead-letters' }));
  const deadLetterTargetArn = `arn:aws:sqs:${region}:000000000000:dead-letters`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
  const name = new URL(QueueUrl).pathname.split('/').at(-1);
  return {
    ...queue,
    async countDead() {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: [...names] });
      const { Attributes = {} } = await client.send(command);
      return names.reduce((sum, attribute) => sum + Number(Attributes[attribute]), 0);
    },
    async deliveriesMax() {
      const answer = await fetch(new URL(`/_fauxqs/queues/${name}`, endpoint));
      const { messages } = inspected.parse(await answer.json());
      const counts = Object.values(messages)
        .flat()
        .map((entry) => ('message' in entry ? entry.message : entry).approximateReceiveCount);
      return counts.reduce((most, count) => Math.max(most, count), 0);
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await queue[Symbol.asyncDispose]();
    },
  };
}
