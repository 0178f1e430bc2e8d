import { paymentCaptured } from '@northwind/events';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { openProjection } from '../../test/open-projection.ts';

const capture = paymentCaptured({
  merchantId: 'mer_1',
  paymentId: 'pay_1',
  amount: 1_000,
  fee: 30,
  currency: 'EUR',
  time: nth(0),
});

test('the database refuses entries that do not sum to zero, and a day that does not close', async () => {
  await using projection = await openProjection();
  await projection.append([capture]);
  await projection.startProjector();
  await projection.caughtUp();
  const again = (change: string) =>
    sql`insert into read_g1.journal
      select (jsonb_populate_record(j, ${change}::jsonb)).* from read_g1.journal j`.execute(projection.db);
  await expect(again('{"offset": 1, "bank_minor": 1}')).rejects.toThrow('journal_balances');
  await expect(again('{"offset": 1, "available_after": 1}')).rejects.toThrow('journal_after_adds_up');
  await expect(again('{}')).rejects.toThrow('journal_pk');
  await again('{"offset": 1}');
  await expect(
    sql`update read_g1.statements set closing_minor = closing_minor + 1`.execute(projection.db),
  ).rejects.toThrow('statements_close');
});

test('a generation from before the journal goes on without it, and so do its balances', async () => {
  await using projection = await openProjection();
  await sql`drop view read.journal`.execute(projection.db);
  await sql`drop table read_g1.journal`.execute(projection.db);
  await projection.append([capture]);
  await projection.startProjector();
  await projection.caughtUp();
  const { rows } = await sql`select available_minor from read.balances`.execute(projection.db);
  expect(rows).toEqual([{ available_minor: 970n }]);
});
