/** Events for the tests of the log. */
import { parseEvent, paymentCaptured, type SettlementEvent, toJson } from '@northwind/events';

export interface PaymentWish {
  readonly paymentId: string;
  readonly merchantId?: string;
  readonly amount?: number;
  readonly time?: string;
  /** Members of the data that the catalogue does not know. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export function payment({ paymentId, merchantId = 'mer_001', amount = 1_000, ...wish }: PaymentWish): SettlementEvent {
  const json = toJson(
    paymentCaptured({
      paymentId,
      merchantId,
      amount,
      fee: 10,
      currency: 'EUR',
      time: wish.time ?? '2026-11-22T06:00:00.000000Z',
    }),
  );
  const { data, ...rest } = JSON.parse(json);
  const body = JSON.stringify({ ...rest, data: { ...data, ...wish.more } });
  const parsed = parseEvent(body, { receivedAtMs: Date.parse('2026-11-22T06:00:00Z') });
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  return parsed.event;
}

export function payments(count: number, prefix: string, merchants = 50) {
  return Array.from({ length: count }, (_, i) => ({
    event: payment({ paymentId: `${prefix}_${i}`, merchantId: `mer_${String(i % merchants).padStart(3, '0')}` }),
    messageId: `${prefix}_message_${i}`,
  }));
}
