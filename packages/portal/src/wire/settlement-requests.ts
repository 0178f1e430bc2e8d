import { type Balance, readBalance } from './balance.ts';
import { type Cursor, readCursor } from './coordinate.ts';
import { type Delivery, readDelivery } from './delivery.ts';
import { type Payout, type PayoutWithTimeline, readPayout, readPayoutWithTimeline } from './payout.ts';
import { readFields, readList, readOptionalText, readText } from './read-fields.ts';
import { type Answer, requestJson } from './request-json.ts';

// Every HTTP call the page makes is in this file.

export interface Me {
  readonly merchantId: string | null;
  readonly role: string;
}

export interface PayoutPage {
  readonly asOf: Cursor;
  readonly payouts: readonly Payout[];
  readonly nextCursor: string | null;
}

export interface BalancePage {
  readonly asOf: Cursor;
  readonly balances: readonly Balance[];
}

const nothing = (): null => null;

export const openSession = (token: string): Promise<Answer<null>> =>
  requestJson('/v1/sessions', { method: 'POST', body: { token }, read: nothing });

export const closeSession = (): Promise<Answer<null>> =>
  requestJson('/v1/sessions', { method: 'DELETE', read: nothing });

export const requestMe = (): Promise<Answer<Me>> =>
  requestJson('/v1/me', {
    read: (value) => {
      const fields = readFields(value, 'me');
      return { merchantId: readOptionalText(fields, 'merchantId'), role: readText(fields, 'role') };
    },
  });

export const requestBalances = (): Promise<Answer<BalancePage>> =>
  requestJson('/v1/balances', {
    read: (value) => {
      const fields = readFields(value, 'balances');
      return { asOf: readCursor(fields.asOf), balances: readList(fields, 'balances', readBalance) };
    },
  });

export function requestPayouts(limit: number, cursor: string | null): Promise<Answer<PayoutPage>> {
  const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
  return requestJson(`/v1/payouts?${query}`, {
    read: (value) => {
      const fields = readFields(value, 'payouts');
      return {
        asOf: readCursor(fields.asOf),
        payouts: readList(fields, 'payouts', readPayout),
        nextCursor: readOptionalText(fields, 'nextCursor'),
      };
    },
  });
}

export const requestPayout = (payoutId: string, signal: AbortSignal): Promise<Answer<PayoutWithTimeline>> =>
  requestJson(`/v1/payouts/${encodeURIComponent(payoutId)}`, {
    signal,
    read: (value) => readPayoutWithTimeline(readFields(value, 'payout').payout),
  });

export const requestDeliveries = (payoutId: string, signal: AbortSignal): Promise<Answer<readonly Delivery[]>> =>
  requestJson(`/v1/payouts/${encodeURIComponent(payoutId)}/deliveries`, {
    signal,
    read: (value) => readList(readFields(value, 'deliveries'), 'deliveries', readDelivery),
  });

export const resendDelivery = (deliveryId: string): Promise<Answer<null>> =>
  requestJson(`/v1/webhook-deliveries/${encodeURIComponent(deliveryId)}/resend`, { method: 'POST', read: nothing });

export const requestStreamTicket = (signal: AbortSignal): Promise<Answer<string>> =>
  requestJson('/v1/stream-tickets', {
    method: 'POST',
    signal,
    read: (value) => readText(readFields(value, 'ticket'), 'ticket'),
  });
