import { type CloudEvent, idempotencyKey, toJson } from '@northwind/events';
import { createPlatform } from './decide-intents.ts';
import { createMerchants } from './merchants.ts';
import { createOracle, type OracleBalance, type OraclePayout, oraclePayout } from './oracle.ts';
import { type Random, seededRandom } from './seeded-random.ts';
import { contradict, respell, spoil } from './spoil-events.ts';
import { tellIntent } from './tell-intent.ts';

export interface TrafficOptions {
  readonly seed: string;
  /** How many messages in all. */
  readonly events: number;
  /** When the last of them happened, in milliseconds since 1970. */
  readonly endsAtMs: number;
  readonly merchants?: number;
  /** Shares of all messages. */
  readonly duplicates?: number;
  readonly conflicts?: number;
  readonly invalid?: number;
}

/** A message for the queue. */
export interface Message {
  readonly kind: 'fresh' | 'duplicate' | 'conflict' | 'invalid';
  readonly body: string;
  /** The idempotency key of the event; null for a body that is none. */
  readonly key: string | null;
  readonly type: string | null;
  readonly merchantId: string | null;
  /** The key of an event that has to be in the log before this message is sent. */
  readonly waitsFor: string | null;
}

export interface Traffic {
  /** In the order in which they are sent. */
  readonly messages: readonly Message[];
  readonly counts: Readonly<Record<Message['kind'], number>>;
  readonly merchantIds: readonly string[];
  /** The right answer: what the system has to show once all messages arrived. */
  readonly balances: readonly OracleBalance[];
  readonly payouts: readonly OraclePayout[];
  /** How many times each field is named by a rejection. */
  readonly rejectedFields: Readonly<Record<string, number>>;
}

const MERCHANTS_DEFAULT = 500;
const WINDOW_MS = 40 * 60_000;
// The longest story (a payout that comes back) takes less than this.
const STORY_MS = 6 * 60_000;
const LATE_SHARE = 0.03;
const REORDERED_SHARE = 0.12;

interface Told {
  readonly event: CloudEvent;
  readonly atMs: number;
  readonly waitsFor: string | null;
}

/** A message and when it is sent, on the time line of the events. */
interface Timed {
  readonly sentAtMs: number;
  readonly message: Message;
}

/**
 * A finite piece of traffic as in life: told twice, out of order, minutes late, sometimes wrong. The same options give
 * the same messages, byte for byte.
 */
export function generateTraffic(options: TrafficOptions): Traffic {
  const { seed, events, endsAtMs, merchants: merchantCount = MERCHANTS_DEFAULT } = options;
  const random = seededRandom(seed);
  const counts = countMessages(options);
  const merchants = createMerchants(random, merchantCount);
  const { told, balances, payouts } = tellStories({ seed, random, merchants, count: counts.fresh, endsAtMs });
  const spare = createPlatform({ random, merchants, run: `${seed}x` });

  const timed: Timed[] = told.map((each) => ({ sentAtMs: sendTime(each.atMs, random), message: freshMessage(each) }));
  for (let each = 0; each < counts.duplicate; each += 1) timed.push(duplicateOf(random.pick(told), random));
  const contradicted = new Set<Told>();
  while (contradicted.size < counts.conflict) {
    const original = random.pick(told);
    const conflict = contradicted.has(original) ? null : conflictOf(original, random);
    if (conflict === null) continue;
    contradicted.add(original);
    timed.push(conflict);
  }
  const rejectedFields: Record<string, number> = {};
  for (let each = 0; each < counts.invalid; each += 1) {
    const atMs = endsAtMs - random.integer(0, WINDOW_MS);
    const [fact] = tellIntent(spare.nextPayment(), random);
    if (fact === undefined) throw new Error('a payment is told in one event at least');
    const { body, field } = spoil(fact.event(instantAt(atMs, random)), random);
    rejectedFields[field] = (rejectedFields[field] ?? 0) + 1;
    const nothing = { key: null, type: null, merchantId: null, waitsFor: null };
    timed.push({ sentAtMs: atMs, message: { kind: 'invalid', body, ...nothing } });
  }
  timed.sort((one, other) => one.sentAtMs - other.sentAtMs);
  const messages = timed.map(({ message }) => message);
  if (messages.length !== events) throw new Error(`${messages.length} messages were made instead of ${events}`);
  return {
    messages,
    counts,
    merchantIds: merchants.all.map((each) => each.merchantId),
    balances,
    payouts,
    rejectedFields,
  };
}

function countMessages({ events, duplicates = 0.2, conflicts = 0.005, invalid = 0.005 }: TrafficOptions) {
  const duplicate = Math.round(events * duplicates);
  const conflict = Math.round(events * conflicts);
  const wrong = Math.round(events * invalid);
  return { fresh: events - duplicate - conflict - wrong, duplicate, conflict, invalid: wrong };
}

interface StoryOptions {
  readonly seed: string;
  readonly random: Random;
  readonly merchants: ReturnType<typeof createMerchants>;
  readonly count: number;
  readonly endsAtMs: number;
}

/** Tells intents until exactly `count` events are told. The oracle learns the intents, and nothing of the events. */
function tellStories({ seed, random, merchants, count, endsAtMs }: StoryOptions) {
  const platform = createPlatform({ random, merchants, run: seed });
  const oracle = createOracle();
  const payouts: OraclePayout[] = [];
  const told: Told[] = [];
  while (told.length < count) {
    // Near the end only stories of one event are sure to fit.
    const intent = count - told.length >= 4 ? platform.next() : platform.nextPayment();
    oracle.learn(intent);
    if (intent.kind === 'payout') payouts.push(oraclePayout(intent));
    // In the order of their decision: a payout comes after the payments that it pays.
    const progress = told.length / count;
    const beginsAtMs = endsAtMs - WINDOW_MS + Math.floor(progress * (WINDOW_MS - STORY_MS)) - random.integer(0, 2_000);
    let last: string | null = null;
    for (const fact of tellIntent(intent, random)) {
      const atMs = beginsAtMs + fact.delayMs;
      const event = fact.event(instantAt(atMs, random));
      told.push({ event, atMs, waitsFor: fact.waitsForLast ? last : null });
      last = keyOf(event);
    }
  }
  return { told, payouts, balances: oracle.balances() };
}

/** Most events are sent as they happen; some overtake others, and a few come minutes late. */
function sendTime(atMs: number, random: Random): number {
  const chance = random.unit();
  if (chance < LATE_SHARE) return atMs + random.integer(120_000, 600_000);
  return chance < LATE_SHARE + REORDERED_SHARE ? atMs + random.integer(0, 20_000) : atMs;
}

function freshMessage({ event, waitsFor }: Told): Message {
  return describe('fresh', event, waitsFor);
}

function duplicateOf({ event, atMs, waitsFor }: Told, random: Random): Timed {
  const again = random.chance(0.3) ? respell(event) : event;
  const laterMs = random.chance(0.5) ? random.integer(0, 5_000) : random.integer(60_000, 900_000);
  return { sentAtMs: atMs + laterMs, message: { ...describe('duplicate', event, waitsFor), body: toJson(again) } };
}

/** It waits for its original: which of two bodies is the first would else be up to the queue. */
function conflictOf({ event, atMs }: Told, random: Random): Timed | null {
  const other = contradict(event, random);
  if (other === null) return null;
  return { sentAtMs: atMs + random.integer(0, 60_000), message: describe('conflict', other, keyOf(event)) };
}

function describe(kind: Message['kind'], event: CloudEvent, waitsFor: string | null): Message {
  const { merchantId } = event.data as { merchantId: string };
  return { kind, body: toJson(event), key: keyOf(event), type: event.type, merchantId, waitsFor };
}

function keyOf({ type, subject, time }: CloudEvent): string {
  return idempotencyKey(type, subject, time);
}

/** An instant within the millisecond, so that times have six digits as a database writes them. */
function instantAt(ms: number, random: Random): string {
  const micros = String(random.integer(0, 999)).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`;
}
