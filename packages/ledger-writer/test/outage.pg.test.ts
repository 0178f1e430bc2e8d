import { systemClock } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import { startTcpProxy } from '@northwind/testing/faults';
import { expect, test } from 'vitest';
import type { MessageQueue } from '../src/index.ts';
import { bodyOf, openStage } from './open-stage.ts';

const VISIBILITY_SECONDS = 3;
const COUNT = 600;

test('PostgreSQL away for several visibility times: nothing lost, received twice or a dead letter', async () => {
  let proxy: Awaited<ReturnType<typeof startTcpProxy>> | undefined;
  await using stage = await openStage({
    visibilitySeconds: VISIBILITY_SECONDS,
    attributes: {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead-letters',
        maxReceiveCount: 2,
      }),
    },
    route: async (url) => {
      proxy = await startTcpProxy({ port: Number(url.port), host: url.hostname });
      return Object.assign(new URL(url), { port: String(proxy.port) });
    },
  });
  await using network = proxy;
  let received = 0;
  const queue: MessageQueue = {
    ...stage.queue,
    async receive(signal) {
      const messages = await stage.queue.receive(signal);
      received += messages.length;
      return messages;
    },
  };
  await stage.write({ queue, inHandMax: 300 });
  await stage.send([{ body: bodyOf(0) }]);
  await eventually(async () => expect(await stage.tallies()).toEqual({ appended: 1 }));

  await network?.refuse();
  await stage.send(Array.from({ length: COUNT - 1 }, (_, n) => ({ body: bodyOf(n + 1) })));
  await eventually(() => expect(received).toBeGreaterThan(1));
  await systemClock.sleep(4 * VISIBILITY_SECONDS * 1_000);
  // Receiving pauses: what this writer does not hold waits in the queue for a writer that can write.
  expect(received).toBeLessThan(300);
  await network?.heal();

  await eventually(async () => expect(await stage.tallies()).toEqual({ appended: COUNT }), { timeoutMs: 15_000 });
  await eventually(async () => expect(await stage.countMessages()).toBe(0));
  expect(received).toBe(COUNT);
  expect(await stage.countMessages(stage.deadLettersUrl)).toBe(0);
}, 60_000);
