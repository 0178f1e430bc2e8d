/** What is sent, in order: every event once, some again at once or much later, some contradicted, some nonsense. */
import { type ChaosEvent, type EventMaker, eventBody, respelledBody } from './chaos-event.ts';
import { hashPair } from './hash-pair.ts';

export type MessageKind = 'fresh' | 'duplicate' | 'conflict' | 'invalid';

export interface ChaosMessage {
  readonly kind: MessageKind;
  readonly event: ChaosEvent;
  readonly body: string;
}

export interface Plan {
  /** From the first to the last; each call gives the same again. */
  messages(): Generator<ChaosMessage>;
  kindsOf(number: number): readonly ExtraKind[];
  /** The amount with which an event is contradicted. */
  contradictingAmount(event: ChaosEvent): number;
  readonly counts: Readonly<Record<MessageKind, number>>;
  readonly total: number;
}

export interface PlanOptions {
  readonly seed: string;
  readonly events: number;
  /** From 0 to 1. */
  readonly duplicates: number;
  readonly maker: EventMaker;
}

type ExtraKind = Exclude<MessageKind, 'fresh'>;

const CONFLICTS = 0.01;
const INVALIDS = 0.005;
/** Of the duplicates; the others follow their event at once. */
const LATE = 0.6;
const RESPELLED = 0.2;
/** A late message follows its event after this many others at most. */
const LATE_BY_MAX = 50_000;

export function planMessages({ seed, events, duplicates, maker }: PlanOptions): Plan {
  const chance = hashPair(seed);
  const shares: readonly (readonly [ExtraKind, number])[] = [
    ['duplicate', duplicates],
    ['conflict', duplicates > 0 ? CONFLICTS : 0],
    ['invalid', INVALIDS],
  ];
  const kindsOf = (number: number) =>
    shares.filter(([kind, share]) => chance(number, kind) < share).map(([kind]) => kind);
  const contradictingAmount = (event: ChaosEvent) => event.amount + 1 + Math.floor(chance(event.number, 'more') * 999);

  const bodyOf = (kind: MessageKind, event: ChaosEvent): string => {
    if (kind === 'conflict') return eventBody(event, contradictingAmount(event));
    if (kind === 'invalid') return spoil(eventBody(event), chance(event.number, 'spoil'));
    return kind === 'duplicate' && chance(event.number, 'respelled') < RESPELLED
      ? respelledBody(event)
      : eventBody(event);
  };

  function* messages(): Generator<ChaosMessage> {
    const late = new Map<number, (readonly [ExtraKind, number])[]>();
    const lateByMax = Math.min(LATE_BY_MAX, Math.ceil(events / 4));
    const message = (kind: MessageKind, number: number): ChaosMessage => {
      const event = maker.make(number);
      return { kind, event, body: bodyOf(kind, event) };
    };
    for (let number = 0; number < events; number += 1) {
      yield message('fresh', number);
      for (const kind of kindsOf(number)) {
        const isLate = chance(number, `${kind} late`) < LATE;
        const due = number + 1 + Math.floor(chance(number, `${kind} by`) * lateByMax);
        if (!isLate) yield message(kind, number);
        else if (due < events) late.set(due, [...(late.get(due) ?? []), [kind, number]]);
        else late.set(events, [...(late.get(events) ?? []), [kind, number]]);
      }
      for (const [kind, of] of late.get(number) ?? []) yield message(kind, of);
      late.delete(number);
    }
    for (const [kind, of] of late.get(events) ?? []) yield message(kind, of);
  }

  const counts = { fresh: events, duplicate: 0, conflict: 0, invalid: 0 };
  for (let number = 0; number < events; number += 1) for (const kind of kindsOf(number)) counts[kind] += 1;
  const total = counts.fresh + counts.duplicate + counts.conflict + counts.invalid;
  return { messages, kindsOf, contradictingAmount, counts, total };
}

const SPOILERS: readonly ((body: string) => string)[] = [
  (body) => body.slice(0, -5),
  (body) => body.replace('"specversion":"1.0"', '"specversion":"0.3"'),
  (body) => body.replace(/"amount":\d+/, '"amount":-1'),
  (body) => body.replace(/"currency":"[A-Z]+"/, '"currency":"EURO"'),
  (body) => body.replace(/"time":"[^"]+"/, '"time":"yesterday"'),
];

function spoil(body: string, point: number): string {
  const spoiler = SPOILERS[Math.floor(point * SPOILERS.length)];
  return spoiler ? spoiler(body) : '';
}
