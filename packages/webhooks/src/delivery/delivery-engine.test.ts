import { createHealth } from '@northwind/service-kit';
import { fakeClock, recordingLogger } from '@northwind/testing';
import { expect, test } from 'vitest';
import { CLAIM_AGE_MAX_MS } from '../limits.ts';
import type { ClaimedDelivery, ClaimLimits } from './claim-deliveries.ts';
import { createDeliveryEngine, DELIVERIES } from './delivery-engine.ts';

const DUE = {
  deliveryId: 'd',
  endpointId: 'e',
  merchantId: 'm',
  attempt: 1,
  priority: 0,
  ratePerSecond: null,
} as ClaimedDelivery;

function openEngine() {
  const clock = fakeClock();
  const health = createHealth([DELIVERIES]);
  const { logger, lines } = recordingLogger();
  const journal = { isStuck: false, giveUpOn: () => undefined };
  const asked: ClaimLimits[] = [];
  const released: string[] = [];
  const sent: string[] = [];
  const server = { answersInMs: 0 };
  const engine = createDeliveryEngine({
    async claim(limits) {
      asked.push(limits);
      if (server.answersInMs > 0) await clock.sleep(server.answersInMs);
      return { deliveries: [DUE], leftSome: false, putSomeOff: false };
    },
    release: async (claims) => void released.push(...claims.map(({ deliveryId }) => deliveryId)),
    async attempt({ deliveryId }) {
      sent.push(deliveryId);
      return null;
    },
    interrupt: () => undefined,
    journal,
    concurrency: 64,
    leaseMs: 30_000,
    clock,
    logger,
    health,
  });
  return { engine, clock, health, lines, journal, asked, released, sent, server };
}

test('while receipts can not be written nothing is claimed: it may be what they are about', async () => {
  const { engine, clock, health, journal, asked, sent } = openEngine();
  journal.isStuck = true;
  await engine.service.start();
  await clock.advance(30_000);
  expect(asked).toEqual([]);
  expect(health.ready()).toBe(false);
  journal.isStuck = false;
  await clock.advance(5_000);
  expect(sent).toContain('d');
  expect(health.ready()).toBe(true);
  await stop(engine, clock);
});

test('a claim that comes late is given back, told, and asks for half; in time again for more', async () => {
  const { engine, clock, health, lines, asked, released, sent, server } = openEngine();
  server.answersInMs = CLAIM_AGE_MAX_MS + 1_000;
  await engine.service.start();
  await clock.advance(2 * CLAIM_AGE_MAX_MS + 4_000);
  expect(released).toEqual(['d', 'd']);
  expect(sent).toEqual([]);
  expect(health.components()).toMatchObject([{ state: 'failing', detail: expect.stringContaining('a claim took') }]);
  expect(lines.filter(({ event }) => event === 'deliveries.not_claimed')).toHaveLength(2);
  server.answersInMs = 0;
  for (let second = 0; second < 30; second += 1) await clock.advance(1_000);
  expect(asked.slice(0, 3).map(({ deliveriesMax }) => deliveriesMax)).toEqual([64, 32, 16]);
  expect(asked.at(-1)?.deliveriesMax).toBe(64);
  expect(health.ready()).toBe(true);
  await stop(engine, clock);
});

async function stop({ service }: ReturnType<typeof openEngine>['engine'], clock: ReturnType<typeof fakeClock>) {
  const stopped = service.stop();
  await clock.advance(60_000);
  await stopped;
}
