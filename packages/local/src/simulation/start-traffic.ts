import { type CloudEvent, toJson } from '@northwind/events';
import { type Clock, createLoop, type Service } from '@northwind/service-kit';
import { createPlatform, type Platform } from './decide-intents.ts';
import { createMerchants } from './merchants.ts';
import { type Random, seededRandom } from './seeded-random.ts';
import { contradict, respell, spoil } from './spoil-events.ts';
import { tellIntent } from './tell-intent.ts';

export interface LiveTrafficOptions {
  /** Messages a second, on average. */
  readonly rate: number;
  /** Part of every id: another run takes another seed, or its ids would repeat. */
  readonly seed: string;
  readonly send: (bodies: readonly string[]) => Promise<void>;
  readonly clock: Clock;
  readonly merchants?: number;
  readonly onError?: (error: unknown) => void;
}

export interface LiveTraffic extends Service {
  /** Messages sent so far. */
  sent(): number;
}

const MERCHANTS_DEFAULT = 500;
const TICK_MS = 100;
// A story takes about this many messages; arrivals of stories are spaced so that `rate` comes out.
const MESSAGES_PER_STORY = 1.35;
/** While the queue is away messages wait; past this many nothing new happens. */
const WAITING_MAX = 1_000;
const SENT_AT_ONCE_MAX = 100;

const DUPLICATE_SHARE = 0.03;
const LATE_SHARE = 0.02;
const CONFLICT_SHARE = 0.001;
const INVALID_SHARE = 0.001;

interface Due {
  readonly dueMs: number;
  /** Makes the body when it is due: an event happens when it is told. */
  readonly body: (dueMs: number) => string;
}

/** The simulated platform and bank, live and without end: each story unfolds at its own pace. */
export function startTraffic(options: LiveTrafficOptions): LiveTraffic {
  const { rate, seed, send, clock, merchants = MERCHANTS_DEFAULT, onError } = options;
  const random = seededRandom(seed);
  const platform = createPlatform({ random, merchants: createMerchants(random, merchants), run: seed });
  const due: Due[] = [];
  const outbox: string[] = [];
  let nextStoryMs = clock.nowMs();
  let sent = 0;

  const tick = async () => {
    const nowMs = clock.nowMs();
    // After a pause (a laptop that slept) life goes on; what would have happened meanwhile didn't.
    if (nowMs - nextStoryMs > 1_000) nextStoryMs = nowMs;
    while (nextStoryMs <= nowMs && due.length + outbox.length < WAITING_MAX) {
      beginStory(due, platform, random, nextStoryMs);
      nextStoryMs += (-Math.log(1 - random.unit()) * 1_000 * MESSAGES_PER_STORY) / rate;
    }
    for (let next = due[0]; next !== undefined && next.dueMs <= nowMs; next = due[0]) {
      due.shift();
      outbox.push(next.body(next.dueMs));
    }
    while (outbox.length > 0) {
      const bodies = outbox.slice(0, SENT_AT_ONCE_MAX);
      await send(bodies);
      outbox.splice(0, bodies.length);
      sent += bodies.length;
    }
  };
  const loop = createLoop({
    name: 'simulated traffic',
    run: tick,
    pauseMs: TICK_MS,
    clock,
    onError: (error) => onError?.(error),
  });
  return { name: loop.name, start: loop.start, stop: loop.stop, sent: () => sent };
}

function beginStory(due: Due[], platform: Platform, random: Random, beginsMs: number): void {
  for (const fact of tellIntent(platform.next(), random)) {
    const dueMs = beginsMs + fact.delayMs;
    const micros = random.integer(0, 999);
    const lateMs = random.chance(LATE_SHARE) ? random.integer(60_000, 300_000) : 0;
    let told: CloudEvent | null = null;
    const tell = () => {
      told ??= fact.event(instantAt(dueMs - lateMs, micros));
      return told;
    };
    schedule(due, { dueMs, body: () => toJson(tell()) });
    if (random.chance(DUPLICATE_SHARE)) {
      const spelling = random.chance(0.3) ? respell : (event: CloudEvent) => event;
      schedule(due, { dueMs: dueMs + random.integer(0, 15_000), body: () => toJson(spelling(tell())) });
    }
    if (random.chance(CONFLICT_SHARE)) {
      const body = () => toJson(contradict(tell(), random) ?? tell());
      schedule(due, { dueMs: dueMs + random.integer(5_000, 20_000), body });
    }
    if (random.chance(INVALID_SHARE)) {
      schedule(due, { dueMs: dueMs + 1, body: () => spoil(tell(), random).body });
    }
  }
}

/** Keeps `due` in the order of its times; what is added mostly belongs near the end. */
function schedule(due: Due[], added: Due): void {
  let at = due.length;
  while (at > 0 && (due[at - 1]?.dueMs ?? 0) > added.dueMs) at -= 1;
  due.splice(at, 0, added);
}

function instantAt(ms: number, micros: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
