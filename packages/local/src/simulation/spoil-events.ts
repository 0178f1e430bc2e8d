import type { CloudEvent } from '@northwind/events';
import type { Random } from './seeded-random.ts';

/**
 * The same event as another program would write it: members the other way round and the time with an offset. It is the
 * same fact, so it has to be found a duplicate.
 */
export function respell(event: CloudEvent): CloudEvent {
  const backwards = (members: object) => Object.fromEntries(Object.entries(members).reverse());
  const ahead = new Date(Date.parse(event.time) + 3_600_000).toISOString().slice(0, 19);
  const fraction = event.time.slice(19, -1).replace(/\.?0+$/, '');
  const respelled = { ...event, time: `${ahead}${fraction}+01:00`, data: backwards(event.data) };
  return backwards(respelled) as unknown as CloudEvent;
}

/** Another body under the same idempotency key: what a producer with a bug sends. Null when there is no amount. */
export function contradict(event: CloudEvent, random: Random): CloudEvent | null {
  const { amount } = event.data as { amount?: number };
  if (amount === undefined) return null;
  return { ...event, data: { ...event.data, amount: amount + random.integer(1, 1_000) } };
}

export interface InvalidBody {
  readonly body: string;
  /** The field that its rejection has to name. */
  readonly field: string;
}

type Spoil = (event: CloudEvent<Record<string, unknown>>) => { readonly field: string; readonly body: string };

const changed = (field: string, event: object): InvalidBody => ({ field, body: JSON.stringify(event) });

/** Ways in which a body isn't an event; each is a rejection that names its field. */
export const SPOILERS: readonly Spoil[] = [
  (event) => ({ field: 'body', body: JSON.stringify(event).slice(0, -7) }),
  (event) => changed('type', { ...event, type: 'payment.capturedd' }),
  (event) => changed('subject', { ...event, subject: '' }),
  (event) => changed('time', { ...event, time: event.time.replace('Z', '') }),
  (event) => changed('time', { ...event, time: event.time.replace('Z', '1Z') }),
  (event) => changed('time', { ...event, time: event.time.replace(/^\d{4}/, (year) => String(Number(year) + 2)) }),
  (event) => changed('data.amount', { ...event, data: { ...event.data, amount: -1 } }),
  (event) => changed('data.amount', { ...event, data: { ...event.data, amount: 12.34 } }),
  (event) => changed('data.amount', { ...event, data: { ...event.data, amount: '1234' } }),
  (event) => changed('data.currency', { ...event, data: { ...event.data, currency: 'EURO' } }),
  (event) => changed('data.merchantId', { ...event, data: { ...event.data, merchantId: 'm'.repeat(129) } }),
  (event) => changed('data.reference', { ...event, data: { ...event.data, reference: 'order\u0000' } }),
];

export function spoil(event: CloudEvent, random: Random): InvalidBody {
  return random.pick(SPOILERS)(event as CloudEvent<Record<string, unknown>>);
}
