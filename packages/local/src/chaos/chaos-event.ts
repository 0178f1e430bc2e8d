/**
 * The events of a chaos run. Each is a pure function of the seed and its number, so that a million of them can be
 * checked against the log without being remembered: the number stands in the event's subject, and everything else of
 * the event follows from it. Numbers rise in the order of sending, so within a merchant they must rise in the log.
 */
import { hashPair } from './hash-pair.ts';

export interface ChaosEvent {
  readonly number: number;
  readonly merchant: number;
  readonly merchantId: string;
  readonly type: 'payment.captured' | 'refund.succeeded';
  readonly subject: string;
  readonly time: string;
  readonly amount: number;
  /** Of a refund the part of the fee that is given back. */
  readonly fee: number;
  readonly currency: string;
}

export interface EventMaker {
  make(number: number): ChaosEvent;
  readonly merchantCount: number;
}

const MERCHANTS = 500;
/**
 * Zipf's law with a quarter of the simulated company's exponent: the busiest merchant has one event in 180. A FIFO
 * queue gives out ten messages of a merchant, and no more of his until they are deleted, and those that a killed writer
 * held after three seconds: with a steeper law a run is as long as the busiest merchant takes.
 */
const SKEW = 0.2;
const REFUND_EVERY = 10;
const CURRENCIES = ['EUR', 'GBP', 'USD', 'JPY', 'BHD'] as const;
const MS_A_DAY = 86_400_000;

/** `startMs` is the time of the first event; each of the others is a millisecond later. */
export function createEventMaker(seed: string, startMs: number): EventMaker {
  const chance = hashPair(seed);
  const bounds = merchantBounds();
  const merchantIds = Array.from({ length: MERCHANTS }, (_, index) => `mer_${String(index + 1).padStart(3, '0')}`);
  const timeOf = instants(startMs);
  const make = (number: number): ChaosEvent => {
    const isRefund = number % REFUND_EVERY === REFUND_EVERY - 1;
    const payment = isRefund ? number - 1 : number; // a refund is of the payment before it, and half of it
    const merchant = findBound(bounds, chance(payment, 'merchant'));
    const paid = 100 + Math.floor(chance(payment, 'amount') * 50_000);
    const amount = isRefund ? Math.ceil(paid / 2) : paid;
    return {
      number,
      merchant,
      merchantId: merchantIds[merchant] ?? '',
      type: isRefund ? 'refund.succeeded' : 'payment.captured',
      subject: `${isRefund ? 're' : 'pay'}_${number}`,
      time: timeOf(number),
      amount,
      fee: Math.floor(amount / 64),
      currency: CURRENCIES[merchant % CURRENCIES.length] ?? 'EUR',
    };
  };
  return { make, merchantCount: MERCHANTS };
}

/** The number of an event, from its subject; null for what no event of a chaos run has. */
export function numberOf(subject: string): number | null {
  const digits = /^(?:pay|re)_(\d+)$/.exec(subject)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The body of the message. `amount` may be changed, to contradict what was said before. */
export function eventBody(event: ChaosEvent, amount: number = event.amount): string {
  const { type, subject, time, merchantId, fee, currency } = event;
  return (
    `{"specversion":"1.0","id":"${subject}","source":"/northwind/chaos","type":"${type}","subject":"${subject}",` +
    `"time":"${time}","datacontenttype":"application/json","data":{"merchantId":"${merchantId}","amount":${amount},` +
    (type === 'payment.captured'
      ? `"fee":${fee},"currency":"${currency}","method":"card"}}`
      : `"feeRefunded":${fee},"currency":"${currency}","paymentId":"pay_${event.number - 1}"}}`)
  );
}

/** The same fact as another program would write it: members the other way round, the time with an offset. */
export function respelledBody(event: ChaosEvent): string {
  const { time, data, ...rest } = JSON.parse(eventBody(event)) as { time: string; data: object };
  const backwards = Object.fromEntries(Object.entries(data).reverse());
  const ahead = new Date(Date.parse(time) + 3_600_000).toISOString().slice(0, 23);
  return JSON.stringify({ data: backwards, time: `${ahead}+01:00`, ...rest });
}

function merchantBounds(): Float64Array {
  const bounds = new Float64Array(MERCHANTS);
  let sum = 0;
  for (let index = 0; index < MERCHANTS; index += 1) {
    sum += 1 / (index + 1) ** SKEW;
    bounds[index] = sum;
  }
  return bounds.map((bound) => bound / sum);
}

/** The first bound above the point. */
function findBound(bounds: Float64Array, point: number): number {
  let [from, to] = [0, bounds.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((bounds[middle] ?? 1) > point) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Instants in their canonical form; the date is made once a day of events, which is most of the cost. */
function instants(startMs: number): (number: number) => string {
  let [dayMs, date] = [Number.NaN, ''];
  const two = (value: number) => String(value).padStart(2, '0');
  return (number) => {
    const atMs = startMs + number;
    const ofDay = atMs % MS_A_DAY;
    if (atMs - ofDay !== dayMs) {
      dayMs = atMs - ofDay;
      date = new Date(dayMs).toISOString().slice(0, 10);
    }
    const seconds = Math.floor(ofDay / 1_000);
    const clock = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return `${date}T${clock}.${String(ofDay % 1_000).padStart(3, '0')}000Z`;
  };
}
