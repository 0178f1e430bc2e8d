import { createHash } from 'node:crypto';
import { parseEvent, type SettlementEvent } from '@northwind/events';
import { describe, expect, test } from 'vitest';
import { generateTraffic, type Message } from './generate-traffic.ts';

const endsAtMs = Date.parse('2026-11-22T06:00:00Z');
const generate = (seed: string, events = 2_000) => generateTraffic({ seed, events, endsAtMs });
const traffic = generate('one');
const ofKind = (kind: Message['kind']) => traffic.messages.filter((message) => message.kind === kind);
const parse = ({ body }: Message) => parseEvent(body, { receivedAtMs: endsAtMs });

function parsed(message: Message): SettlementEvent {
  const result = parse(message);
  if (!result.ok) throw new Error(result.rejection.message);
  return result.event;
}

test('the same seed gives the same messages, another seed others', () => {
  const hash = (seed: string) =>
    createHash('sha256')
      .update(JSON.stringify(generate(seed).messages))
      .digest('hex')
      .slice(0, 16);
  expect(hash('one')).toBe(hash('one'));
  expect(hash('two')).not.toBe(hash('one'));
});

test('there are as many messages of each kind as asked for', () => {
  expect(traffic.counts).toEqual({ fresh: 1_580, duplicate: 400, conflict: 10, invalid: 10 });
  for (const kind of ['fresh', 'duplicate', 'conflict', 'invalid'] as const) {
    expect(ofKind(kind)).toHaveLength(traffic.counts[kind]);
  }
});

describe('what each kind is to the system', () => {
  const originals = new Map(ofKind('fresh').map((message) => [message.key, parsed(message)]));

  test('fresh events have keys of their own', () => {
    expect(originals.size).toBe(traffic.counts.fresh);
  });

  test('a duplicate has key and fingerprint of its original, even when it is written otherwise', () => {
    const fresh = new Set(ofKind('fresh').map(({ body }) => body));
    for (const message of ofKind('duplicate')) {
      expect(parsed(message).fingerprint).toEqual(originals.get(message.key)?.fingerprint);
    }
    expect(ofKind('duplicate').some(({ body }) => !fresh.has(body))).toBe(true);
  });

  test('a conflict has the key of its original, another fingerprint, and waits for it', () => {
    for (const message of ofKind('conflict')) {
      expect(parsed(message).idempotencyKey).toBe(message.waitsFor);
      expect(parsed(message).fingerprint).not.toEqual(originals.get(message.waitsFor)?.fingerprint);
    }
  });

  test('an invalid body is rejected, and the rejection names the expected field', () => {
    const fields: Record<string, number> = {};
    for (const message of ofKind('invalid')) {
      const result = parse(message);
      if (result.ok) throw new Error(`accepted ${message.body}`);
      fields[result.rejection.field] = (fields[result.rejection.field] ?? 0) + 1;
    }
    expect(fields).toEqual(traffic.rejectedFields);
  });
});

test('a returned payout waits for its settlement, and nothing else but conflicts waits', () => {
  const waiting = traffic.messages.filter(({ waitsFor, kind }) => waitsFor !== null && kind !== 'conflict');
  const types = new Map(ofKind('fresh').map(({ key, type }) => [key, type]));
  expect(waiting.length).toBeGreaterThan(0);
  for (const { type, waitsFor } of waiting)
    expect([type, types.get(waitsFor)]).toEqual(['payout.returned', 'payout.settled']);
});

test('messages come out of order, and some are minutes late', () => {
  const times = ofKind('fresh').map((message) => Date.parse(parsed(message).occurredAt));
  let latestMs = 0;
  const behind = times.map((time) => {
    latestMs = Math.max(latestMs, time);
    return latestMs - time;
  });
  expect(behind.filter((ms) => ms > 0).length).toBeGreaterThan(times.length / 20);
  expect(behind.filter((ms) => ms > 120_000).length).toBeGreaterThan(10);
});

test('a few merchants take most of the traffic', () => {
  const perMerchant = new Map<string, number>();
  for (const { merchantId } of ofKind('fresh')) {
    if (merchantId !== null) perMerchant.set(merchantId, (perMerchant.get(merchantId) ?? 0) + 1);
  }
  const sorted = [...perMerchant.values()].sort((one, other) => other - one);
  const top = sorted.slice(0, 50).reduce((sum, count) => sum + count, 0);
  expect(top).toBeGreaterThan(traffic.counts.fresh / 2);
  expect(sorted.length).toBeGreaterThan(200);
});

test('the books of the oracle balance for any seed', () => {
  for (const seed of ['a', 'b', 'c']) {
    for (const balance of generate(seed, 1_000).balances) {
      const { grossMinor, feesMinor, refundsMinor, disputesMinor, adjustmentsMinor } = balance;
      const { inTransitMinor, reservedMinor, paidOutMinor, availableMinor } = balance;
      const earned = grossMinor - feesMinor - refundsMinor - disputesMinor + adjustmentsMinor;
      expect(earned).toBe(availableMinor + inTransitMinor + reservedMinor + paidOutMinor);
    }
  }
});
