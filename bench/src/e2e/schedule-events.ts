/**
 * An open loop's timetable: when each event is to be sent, whatever the system does meanwhile. Of ten events seven are
 * captures; the other three are one payout on its way from initiated over submitted to settled.
 */
import {
  type CloudEvent,
  idempotencyKey,
  paymentCaptured,
  payoutInitiated,
  payoutSettled,
  payoutSubmitted,
} from '@northwind/events';

export interface ScheduledEvent {
  /** Milliseconds after the start. */
  readonly atMs: number;
  readonly merchantId: string;
  readonly idempotencyKey: string;
  readonly event: CloudEvent;
}

export interface ScheduleOptions {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly merchants: number;
  /** Unix milliseconds of the first event's `time`. */
  readonly startMs: number;
  /** How many events other schedules of the same log have: its payments and payouts are numbered after theirs. */
  readonly after?: number;
}

export function scheduleEvents(options: ScheduleOptions): ScheduledEvent[] {
  const { ratePerSecond, seconds, merchants, startMs, after = 0 } = options;
  const count = Math.floor(ratePerSecond * seconds);
  const first = 10 * Math.ceil(after / 10);
  return Array.from({ length: count }, (_, nth) => {
    const n = first + nth;
    const round = Math.floor(n / 10);
    const atMs = (nth * 1000) / ratePerSecond;
    const merchantId = merchantName(round % merchants);
    const time = new Date(startMs + atMs).toISOString();
    const event = makeEvent({ step: n % 10, n, round, merchantId, time });
    return { atMs, merchantId, idempotencyKey: idempotencyKey(event.type, event.subject, event.time), event };
  });
}

export function merchantName(n: number): string {
  return `mer_${String(n + 1).padStart(3, '0')}`;
}

interface Place {
  readonly step: number;
  readonly n: number;
  readonly round: number;
  readonly merchantId: string;
  readonly time: string;
}

function makeEvent({ step, n, round, merchantId, time }: Place): CloudEvent {
  const payout = { payoutId: `po_${round}`, merchantId, time };
  const money = { amount: 5_000, currency: 'EUR' };
  if (step === 7) return payoutInitiated({ ...payout, ...money, method: 'instant', destination: 'DE** **** 1234' });
  if (step === 8) return payoutSubmitted({ ...payout, railReference: `rail_${round}` });
  if (step === 9) return payoutSettled({ ...payout, ...money, railReference: `rail_${round}` });
  return paymentCaptured({ paymentId: `pay_${n}`, merchantId, time, amount: 1_000, fee: 29, currency: 'EUR' });
}
