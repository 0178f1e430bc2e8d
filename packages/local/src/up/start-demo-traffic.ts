import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Service, systemClock } from '@northwind/service-kit';
import { BATCH_MESSAGES_MAX } from '../send/pack-batches.ts';
import { startTraffic } from '../simulation/start-traffic.ts';
import { REGION } from '../stack/service-environment.ts';
import type { RunningStack } from '../stack/stack-options.ts';

export interface DemoTraffic extends Service {
  sent(): number;
}

/** A payments platform and a bank rail that send events for as long as the stack runs. */
export function createDemoTraffic(stack: RunningStack, rate: number, onError: (error: unknown) => void): DemoTraffic {
  const client = new SQSClient({
    region: REGION,
    endpoint: stack.urls.queueEndpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const send = async (bodies: readonly string[]) => {
    for (let from = 0; from < bodies.length; from += BATCH_MESSAGES_MAX) {
      const batch = bodies.slice(from, from + BATCH_MESSAGES_MAX);
      const Entries = batch.map((body, index) => ({ Id: String(index), MessageBody: body }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: stack.urls.eventsQueueUrl, Entries }));
    }
  };
  // Ids carry the seed: another one each time, so that a second start sends new payments and not the old ones again.
  const seed = systemClock.nowMs().toString(36);
  const traffic = startTraffic({ rate, seed, send, clock: systemClock, onError });
  return {
    name: 'traffic',
    start: () => traffic.start(),
    stop: async () => {
      await traffic.stop();
      client.destroy();
    },
    sent: () => traffic.sent(),
  };
}
