/** Four days of two merchants with something of everything; the fourth is today. */
import {
  adjustmentPosted,
  disputeLost,
  disputeOpened,
  disputeWon,
  paymentCaptured,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
  refundSucceeded,
} from '@northwind/events';
import { type Books, openBooks } from './open-books.ts';

const EUR = { merchantId: 'mer_1', currency: 'EUR' };
const USD = { merchantId: 'mer_2', currency: 'USD' };
const at = (minute: number) => `2026-11-01T10:${String(minute).padStart(2, '0')}:00Z`;
const destination = { method: 'instant', destination: '•••• 4242' } as const;

const capture = paymentCaptured({ ...EUR, paymentId: 'pay_1', amount: 100_000, fee: 2_900, time: at(0) });
const dispute = { ...EUR, paymentId: 'pay_1', amount: 2_000, reason: 'fraudulent' };

const DAYS = [
  [
    capture,
    paymentCaptured({ ...USD, paymentId: 'pay_2', amount: 50_000, fee: 0, time: at(0) }),
    payoutInitiated({ ...EUR, ...destination, payoutId: 'po_1', amount: 30_000, time: at(1) }),
    payoutInitiated({ ...USD, ...destination, payoutId: 'po_2', amount: 7_000, time: at(1) }),
  ],
  [
    refundSucceeded({ ...EUR, paymentId: 'pay_1', refundId: 're_1', amount: 4_000, feeRefunded: 100, time: at(2) }),
    paymentCaptured({ ...EUR, paymentId: 'pay_1', amount: 100_000, fee: 2_900, time: at(3) }), // business duplicate
    disputeOpened({ ...dispute, disputeId: 'dp_1', time: at(4) }),
    disputeOpened({ ...dispute, disputeId: 'dp_2', amount: 1_000, time: at(4) }),
    payoutSubmitted({ merchantId: 'mer_1', payoutId: 'po_1', railReference: 'RAIL1', time: at(5) }),
    payoutSettled({ ...EUR, payoutId: 'po_1', amount: 30_000, railReference: 'RAIL1', time: at(6) }),
    payoutSettled({ ...EUR, payoutId: 'po_3', amount: 1_500, railReference: 'RAIL3', time: at(6) }), // before its start
  ],
  [
    payoutInitiated({ ...EUR, ...destination, payoutId: 'po_3', amount: 1_600, time: at(7) }),
    disputeLost({ ...dispute, disputeId: 'dp_1', amount: 2_500, time: at(8) }),
    disputeWon({ ...dispute, disputeId: 'dp_2', amount: 1_000, time: at(8) }),
    adjustmentPosted({ ...EUR, adjustmentId: 'ad_1', amount: -700, reason: 'fee', time: at(9) }),
    adjustmentPosted({ ...EUR, adjustmentId: 'ad_2', amount: 0, reason: 'nothing', time: at(9) }),
    payoutReturned({ merchantId: 'mer_1', payoutId: 'po_1', reasonCode: 'AC04', reason: 'closed', time: at(10) }),
    payoutFailed({ merchantId: 'mer_2', payoutId: 'po_2', reasonCode: 'AC03', reason: 'invalid', time: at(10) }),
  ],
  [paymentCaptured({ ...EUR, paymentId: 'pay_9', amount: 900, fee: 9, time: at(11) })],
];

/** How long opening them may take: around midnight it waits until that is over. */
export const FOUR_DAYS_MS = 250_000;

/** On the first day a duplicate, a conflict and a rejection come as well. mer_1 has an endpoint for settled payouts. */
export async function openFourDays(): Promise<Books> {
  const books = await openBooks();
  await books.register('mer_1');
  for (const [day, events] of DAYS.entries()) {
    if (day > 0) await books.night();
    await books.append(events);
    if (day > 0) continue;
    await books.append([capture]);
    await books.append([paymentCaptured({ ...EUR, paymentId: 'pay_1', amount: 1, fee: 0, time: at(0) })]);
    await books.reject('message_1');
  }
  await books.apply();
  return books;
}
