/** A merchant's life in a few events. */
import { type CloudEvent, paymentCaptured, payoutFailed, payoutInitiated, payoutSettled } from '@northwind/events';

export const T0 = '2026-01-05T06:00:00.000000Z';

export function captured(merchantId: string, paymentId: string, amount = 10_000): CloudEvent {
  return paymentCaptured({ merchantId, paymentId, time: T0, amount, fee: 300, currency: 'EUR' });
}

export function initiated(merchantId: string, payoutId: string, amount = 5_000): CloudEvent {
  const destination = 'DE** **** 1234';
  return payoutInitiated({ merchantId, payoutId, time: T0, amount, currency: 'EUR', method: 'instant', destination });
}

export function settled(merchantId: string, payoutId: string, amount = 5_000): CloudEvent {
  const railReference = `rail_${payoutId}`;
  return payoutSettled({ merchantId, payoutId, time: T0, amount, currency: 'EUR', railReference });
}

export function failed(merchantId: string, payoutId: string): CloudEvent {
  return payoutFailed({ merchantId, payoutId, time: T0, reasonCode: 'AC04', reason: 'account closed' });
}
