import { DOORBELL_READ, readGroupLag } from '@northwind/event-store';
import { describeConsumerGroup } from '@northwind/event-store/conformance';
import type { LedgerTables } from '@northwind/event-store/tables';
import { paymentCaptured, payoutInitiated, payoutSettled } from '@northwind/events';
import { eventually } from '@northwind/testing';
import type { Kysely } from 'kysely';
import { openProjection } from '../../test/open-projection.ts';
import { transitionsSource } from './transitions-source.ts';

const TIME = '2026-11-22T06:00:00.000000Z';
const MERCHANTS = 50;

/** Two transitions, with an event between them that is none. */
function payout(payoutId: string, merchantId: string) {
  const amount = { amount: 1_000, currency: 'EUR', time: TIME, merchantId };
  return [
    payoutInitiated({ ...amount, payoutId, method: 'instant', destination: '•••• 4242' }),
    paymentCaptured({ ...amount, paymentId: `pay_for_${payoutId}`, fee: 10 }),
    payoutSettled({ ...amount, payoutId, railReference: `rail_${payoutId}` }),
  ];
}

describeConsumerGroup('the payout transitions', async () => {
  const projection = await openProjection();
  await projection.startProjector();
  const { database } = projection;
  const ledger = database.db as unknown as Kysely<LedgerTables>;
  let produced = 0;
  return {
    database,
    source: transitionsSource,
    doorbell: DOORBELL_READ,
    async produce(items) {
      const prefix = `po_${produced}`;
      produced += 1;
      const count = Math.ceil(items / 2);
      const ids = Array.from({ length: count }, (_, i) => [`${prefix}_${i}`, `mer_${i % MERCHANTS}`] as const);
      await projection.append(ids.flatMap(([payoutId, merchantId]) => payout(payoutId, merchantId)));
      await eventually(async () => (await readGroupLag(ledger, 'read_1')).every((lag) => lag.lag === 0n));
    },
    stored: async () => {
      const { rows } = await database.pool.query(
        'select partition, "offset" from read.payout_transitions order by 1, 2',
      );
      return rows;
    },
    [Symbol.asyncDispose]: () => projection[Symbol.asyncDispose](),
  };
});
