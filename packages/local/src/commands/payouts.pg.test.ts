import { payoutFailed, payoutInitiated } from '@northwind/events';
import { expect, test } from 'vitest';
import { openReadModels } from '../../test/open-read-models.ts';

const base = { merchantId: 'mer_001', time: '2026-11-01T00:00:00Z' };
const money = { amount: 5_000, currency: 'EUR', method: 'instant', destination: 'NL··1234' } as const;

test('payouts --id tells why it failed, whom that lies with, what to do, and every fact with its place', async () => {
  await using models = await openReadModels();
  await models.append(
    payoutInitiated({ ...base, ...money, payoutId: 'po_1' }),
    payoutFailed({ ...base, payoutId: 'po_1', reasonCode: 'AC04', reason: 'ACC CLSD' }),
    payoutInitiated({ ...base, ...money, payoutId: 'po_2' }),
    payoutFailed({ ...base, payoutId: 'po_2', reasonCode: 'ZZ99', reason: 'no idea' }),
  );
  await models.startProjector();
  const { said } = await models.settle('payouts', '--id', 'po_1', '--min-offset', '4:3');
  expect(said.split('\n').slice(0, 5)).toEqual([
    'po_1 of mer_001: failed 50.00 EUR',
    'reason      AC04: ACC CLSD',
    'meaning     The account is closed.',
    'lies with   the merchant',
    'what to do  Register another bank account; the next payout uses it.',
  ]);
  expect(said).toMatch(/payout\.initiated .* 4\/0\n.*payout\.failed .* 4\/1/);
  expect((await models.settle('payouts', '--id', 'po_2')).said).toContain(
    'reason      ZZ99: no idea\n            (a code that we have no words for)\n',
  );
  const { said: json } = await models.settle('payouts', '--id', 'po_1', '--json', '--as-of', '4:1');
  expect(JSON.parse(json).payouts[0].payout).toMatchObject({
    reasonLiesWith: 'merchant',
    whatToDo: expect.any(String),
  });
});
