/** What producers send: fresh payments, the same again, the same key with another body, and what is no event at all. */
import { paymentCaptured, toJson } from '@northwind/events';
import { type Chance, seededChance } from '@northwind/testing/simulation';
import type { Plan } from '../history/draw-plan.ts';

export interface SentMessage {
  readonly atMs: number;
  readonly body: string;
  /** The merchant, which is the message group of a FIFO queue. */
  readonly groupId: string;
  /** The queue drops a message of a FIFO queue with an id that it saw in the last five minutes. */
  readonly deduplicationId: string;
  readonly meaning: Meaning;
}

/** What the reference model knows of a message, without reading its body. */
export type Meaning =
  | { readonly kind: 'event'; readonly payment: string; readonly variant: string; readonly merchant: string }
  | { readonly kind: 'malformed' }
  /** The catalogue lets it through, and a column of the log can't hold it. */
  | { readonly kind: 'refused by log' };

/** The simulated log refuses events of these payments as a database refuses a value that no column holds. */
export const REFUSED_PREFIX = 'refused_';

interface Payment {
  readonly id: string;
  readonly merchant: string;
  readonly atMs: number;
}

export function drawTraffic(plan: Plan): SentMessage[] {
  const chance = seededChance(plan.seed ^ 0x7aff1c);
  const payments: Payment[] = [];
  const messages: SentMessage[] = [];
  for (let n = 0; n < plan.messages; n += 1) {
    const atMs = chance.unit() * plan.sendingMs;
    messages.push(drawMessage({ plan, chance, payments, n }, atMs));
  }
  return messages.sort((a, b) => a.atMs - b.atMs);
}

interface Drawing {
  readonly plan: Plan;
  readonly chance: Chance;
  readonly payments: Payment[];
  readonly n: number;
}

function drawMessage({ plan, chance, payments, n }: Drawing, atMs: number): SentMessage {
  const { traffic } = plan;
  const merchant = `mer_${chance.between(1, plan.merchants)}`;
  if (chance.happens(traffic.malformed)) {
    const body = chance.pick(['no json', '{"not": "an event"}', '[]']) + ' '.repeat(n);
    return { atMs, body, groupId: merchant, deduplicationId: `malformed ${n}`, meaning: { kind: 'malformed' } };
  }
  if (chance.happens(traffic.refusedByLog)) {
    const body = bodyOf(`${REFUSED_PREFIX}${n}`, merchant, 100);
    return { atMs, body, groupId: merchant, deduplicationId: `refused ${n}`, meaning: { kind: 'refused by log' } };
  }
  const known = payments.length > 0 ? chance.pick(payments) : undefined;
  // What shares a key often arrives at the same moment: that is when writers race.
  const againMs = known && chance.happens(0.7) ? known.atMs + chance.unit() * 5 : atMs;
  if (known && chance.happens(traffic.duplicate)) return eventMessage(known, 100, againMs);
  if (known && chance.happens(traffic.conflict)) return eventMessage(known, 100 + chance.between(1, 3), againMs);
  if (known && chance.happens(traffic.otherMerchant)) return eventMessage({ ...known, merchant }, 100, againMs);
  const fresh = { id: `pay_${n}`, merchant, atMs };
  payments.push(fresh);
  return eventMessage(fresh, 100, atMs);
}

function eventMessage({ id, merchant }: Payment, amount: number, atMs: number): SentMessage {
  const variant = `${merchant}/${amount}`;
  const meaning = { kind: 'event', payment: id, variant, merchant } as const;
  const body = bodyOf(id, merchant, amount);
  return { atMs, body, groupId: merchant, deduplicationId: `${id} ${variant}`, meaning };
}

function bodyOf(paymentId: string, merchantId: string, amount: number): string {
  const time = '2026-11-22T05:00:00.000000Z';
  return toJson(paymentCaptured({ paymentId, merchantId, amount, fee: 1, currency: 'EUR', time }));
}
