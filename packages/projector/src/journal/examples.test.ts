/** The examples of docs/accounting.md, line by line. */
import { readFile } from 'node:fs/promises';
import {
  adjustmentPosted,
  type CloudEvent,
  disputeLost,
  disputeOpened,
  disputeWon,
  formatMoney,
  paymentCaptured,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
  refundSucceeded,
} from '@northwind/events';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { foldEvents } from '../../test/fold-events.ts';
import { ACCOUNTS } from './accounts.ts';
import { toAmounts } from './fold.ts';
import type { JournalRow } from './table.ts';

const page = await readFile(new URL('../../../../docs/accounting.md', import.meta.url), 'utf8');
const EXAMPLE = /^\| `(?<type>[a-z]+\.[a-z]+)` \| (?<tells>[^|]+) \| (?<entries>[^|]+) \|$/gm;

const base = { merchantId: 'mer_001', currency: 'EUR' };
const unpaid = { merchantId: 'mer_001', reasonCode: 'AC04', reason: 'closed account' };
const dispute = (disputeId: string, amount: number) => ({ ...base, disputeId, paymentId: 'pay_1', amount });
const payout = { ...base, method: 'instant' as const, destination: 'NL··1234' };

const EVENTS: readonly CloudEvent[] = [
  paymentCaptured({ ...base, paymentId: 'pay_1', amount: 10_000, fee: 290, time: nth(0) }),
  refundSucceeded({ ...base, refundId: 're_1', paymentId: 'pay_1', amount: 4_000, feeRefunded: 100, time: nth(1) }),
  disputeOpened({ ...dispute('dp_1', 2_000), time: nth(2) }),
  disputeWon({ ...dispute('dp_1', 2_000), time: nth(3) }),
  disputeOpened({ ...dispute('dp_2', 1_000), time: nth(4) }),
  disputeLost({ ...dispute('dp_2', 1_000), time: nth(5) }),
  adjustmentPosted({ ...base, adjustmentId: 'ad_1', amount: 500, reason: 'correction', time: nth(6) }),
  payoutInitiated({ ...payout, payoutId: 'po_1', amount: 3_000, time: nth(7) }),
  payoutSubmitted({ merchantId: 'mer_001', payoutId: 'po_1', railReference: 'rail_1', time: nth(8) }),
  payoutSettled({ ...base, payoutId: 'po_1', amount: 3_000, railReference: 'rail_1', time: nth(9) }),
  payoutReturned({ ...unpaid, payoutId: 'po_1', time: nth(10) }),
  payoutInitiated({ ...payout, payoutId: 'po_2', amount: 1_500, time: nth(11) }),
  payoutFailed({ ...unpaid, payoutId: 'po_2', time: nth(12) }),
];

test('each event posts what the page on accounting says', () => {
  const { journal } = foldEvents(...EVENTS);
  const found = EVENTS.map((event, offset) => {
    const row = journal.find((candidate) => candidate.offset === BigInt(offset));
    return { type: event.type, entries: row ? describe(row) : 'nothing' };
  });
  const told = [...page.matchAll(EXAMPLE)].map(({ groups }) => ({ type: groups?.type, entries: groups?.entries }));
  expect(found).toEqual(told);
});

function describe(row: JournalRow): string {
  return ACCOUNTS.map((account) => ({ account, amount: amountOf(row, account) }))
    .filter(({ amount }) => amount !== 0n)
    .map(
      ({ account, amount }) => `${account} ${amount > 0n ? '+' : '−'}${formatMoney(abs(amount), 'EUR').slice(0, -4)}`,
    )
    .join(', ');
}

function amountOf(row: JournalRow, account: (typeof ACCOUNTS)[number]): bigint {
  const [name] =
    Object.entries(toAmounts([{ account, currency: 'EUR', amountMinor: 1n }])).find(([, one]) => one === 1n) ?? [];
  return row[name as keyof ReturnType<typeof toAmounts>];
}

function abs(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
