import { paymentCaptured } from '@northwind/events';
import { systemClock } from '@northwind/service-kit';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openReadModels } from '../../test/open-read-models.ts';

const time = '2026-11-01T00:00:00Z';

test('--min-offset waits until the event is applied, and what is printed holds it', async () => {
  await using models = await openReadModels();
  const money = { amount: 12_345, fee: 345, currency: 'EUR' };
  await models.append(paymentCaptured({ merchantId: 'mer_001', paymentId: 'pay_1', ...money, time }));
  const asked = models.settle('balances', '--merchant', 'mer_001', '--min-offset', '4:0');
  const early = await Promise.race([asked, systemClock.sleep(300).then(() => 'still waiting')]);
  expect(early).toBe('still waiting');
  await models.startProjector();
  expect(await asked).toEqual({ exitCode: 0, said: expect.stringContaining('120.00 EUR') });
});

test('--min-offset in another partition than the merchant’s is refused with the right one', async () => {
  await using models = await openReadModels();
  for (const command of ['balances', 'payouts', 'statements']) {
    expect(await models.settle(command, '--merchant', 'mer_001', '--min-offset', '5:7')).toEqual({
      exitCode: 2,
      said: expect.stringMatching(/--min-offset: mer_001 is in partition 4[\s\S]*wait for 4:<offset>/),
    });
  }
  expect((await models.settle('balances', '--min-offset', '99:0')).said).toContain('there is no partition 99');
});

test('what needs the journal of a generation that has none says what to do, with exit code 1', async () => {
  await using models = await openReadModels();
  await sql`drop table read_g1.journal, read_g1.statements cascade`.execute(models.db);
  for (const command of [['trial-balance'], ['statements', '--merchant', 'mer_001']]) {
    expect(await models.settle(...command)).toEqual({
      exitCode: 1,
      said: expect.stringMatching(/this generation of the read models has no \w+; settle rebuild makes one that has/),
    });
  }
});
