import { adjustmentPosted, paymentCaptured, refundSucceeded } from '@northwind/events';
import { expect, test } from 'vitest';
import { openReadModels } from '../../test/open-read-models.ts';

const time = '2026-11-01T00:00:00Z';
const money = { amount: 1_000, currency: 'EUR' };

test('anomalies are listed newest first, by merchant and by kind, each with the event that showed it', async () => {
  await using models = await openReadModels();
  const ofMerchant = { merchantId: 'mer_001', time };
  await models.append(
    paymentCaptured({ ...ofMerchant, ...money, paymentId: 'pay_1', fee: 0 }),
    refundSucceeded({ ...ofMerchant, ...money, paymentId: 'pay_1', refundId: 're_1', amount: 1_001 }),
    adjustmentPosted({ ...money, merchantId: 'mer_042', time, adjustmentId: 'ad_1', amount: -5, reason: 'correction' }),
  );
  await models.startProjector();
  await models.settle('balances', '--min-offset', '4:1');
  await models.settle('balances', '--min-offset', '6:0');

  const list = async (...options: string[]) => {
    const { said } = await models.settle('anomalies', '--json', ...options);
    const { anomalies } = JSON.parse(said) as { anomalies: { kind: string; partition: number; offset: number }[] };
    return anomalies.map(({ kind, partition, offset }) => `${kind} ${partition}/${offset}`);
  };
  expect((await list()).toSorted()).toEqual(['negative_balance 4/1', 'negative_balance 6/0', 'over_refund 4/1']);
  expect(await list('--merchant', 'mer_001')).toEqual(['negative_balance 4/1', 'over_refund 4/1']);
  expect(await list('--kind', 'negative_balance', '--merchant', 'mer_042')).toEqual(['negative_balance 6/0']);
  expect(await list('--limit', '1')).toHaveLength(1);
  const { said } = await models.settle('anomalies', '--kind', 'over_refund');
  expect(said).toMatch(/over_refund +mer_001 +re_1 +4\/1 +paymentId pay_1, amountMinor 1000, refundedMinor 1001/);
  expect((await models.settle('anomalies', '--kind', 'won_and_lost')).said).toBe('no anomalies');
});
