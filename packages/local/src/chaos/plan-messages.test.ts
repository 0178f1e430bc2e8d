import { fingerprint, parseEvent } from '@northwind/events';
import { describe, expect, test } from 'vitest';
import { createEventMaker, numberOf } from './chaos-event.ts';
import { type ChaosMessage, planMessages } from './plan-messages.ts';

const START_MS = Date.UTC(2026, 10, 21, 23, 59, 59);
const EVENTS = 5_000;
const maker = createEventMaker('7', START_MS);
const plan = planMessages({ seed: '7', events: EVENTS, duplicates: 0.2, maker });
const messages = [...plan.messages()];
const of = (kind: ChaosMessage['kind']) => messages.filter((message) => message.kind === kind);
const parse = ({ body }: ChaosMessage) => parseEvent(body, { receivedAtMs: START_MS + 86_400_000 });

describe('the messages of a chaos run', () => {
  test('are the same again for the same seed, and others for another', () => {
    expect([...plan.messages()]).toEqual(messages);
    const other = planMessages({ seed: '8', events: EVENTS, duplicates: 0.2, maker: createEventMaker('8', START_MS) });
    expect([...other.messages()].map(({ body }) => body)).not.toEqual(messages.map(({ body }) => body));
  });

  test('are as many of each kind as the plan says, about a fifth of them duplicates', () => {
    const counted = { fresh: of('fresh').length, duplicate: of('duplicate').length };
    const spoiled = { conflict: of('conflict').length, invalid: of('invalid').length };
    expect({ ...counted, ...spoiled }).toEqual(plan.counts);
    expect(messages).toHaveLength(plan.total);
    expect(plan.counts.duplicate / EVENTS).toBeCloseTo(0.2, 1);
    expect(Math.min(plan.counts.conflict, plan.counts.invalid)).toBeGreaterThan(0);
  });

  test('say what they are meant to say: fresh events are good, all invalid ones are refused', () => {
    for (const message of of('fresh')) {
      const parsed = parse(message);
      expect(parsed.ok && parsed.event.subject).toBe(message.event.subject);
      expect(numberOf(message.event.subject)).toBe(message.event.number);
    }
    for (const message of of('invalid')) expect(parse(message).ok).toBe(false);
  });

  test('duplicates have the fingerprint of their event, however they are spelled; conflicts another', () => {
    const printOf = (body: string) => Buffer.from(fingerprint(JSON.parse(body))).toString('hex');
    const first = new Map(of('fresh').map(({ event, body }) => [event.number, body]));
    const same = ({ event, body }: ChaosMessage) => printOf(body) === printOf(first.get(event.number) ?? '');
    expect(of('duplicate').every(same)).toBe(true);
    expect(of('duplicate').some(({ event, body }) => body !== first.get(event.number))).toBe(true);
    expect(of('conflict').some(same)).toBe(false);
  });

  test('come in order: events by number, and nothing about an event before the event', () => {
    const fresh = of('fresh').map(({ event }) => event.number);
    expect(fresh).toEqual(Array.from({ length: EVENTS }, (_, number) => number));
    let last = -1;
    for (const { kind, event } of messages) {
      if (kind === 'fresh') last = event.number;
      else expect(event.number).toBeLessThanOrEqual(last);
    }
  });
});
