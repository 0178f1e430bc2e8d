import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_MAX_MS } from '../limits.ts';
import { DELIVERY_STATES, type DeliveryState, decideNextStep, moveAfter } from './decide-next-step.ts';
import { OUTCOMES, type Outcome, outcomeOfStatus } from './outcome.ts';
import { jittered, RETRY_SCHEDULE } from './retry-schedule.ts';

const outcomes = Object.keys(OUTCOMES) as Outcome[];
const spec = readSpecTable();
const facts = { outcome: 'server_error', retries: 0, retryAfterMs: null } as const;
const MIDDLE = 0.5;

describe('every cell of SPEC.md is what the code does', () => {
  test('the specification has every outcome and every state, and no other', () => {
    expect([...spec.keys()]).toEqual(outcomes);
    for (const row of spec.values()) expect([...row.keys()]).toEqual([...DELIVERY_STATES]);
  });

  for (const outcome of outcomes) {
    for (const state of DELIVERY_STATES) {
      test(`${state} × ${outcome}`, () => {
        expect(moveAfter(state, outcome)).toBe(spec.get(outcome)?.get(state));
      });
    }
  }
});

test('the schedule is walked step by step and then exhausted', () => {
  RETRY_SCHEDULE.forEach((delayMs, retries) => {
    const next = decideNextStep({ ...facts, retries }, RETRY_SCHEDULE, MIDDLE);
    expect(next).toEqual({ state: 'pending', delayMs, retries: retries + 1, disablesEndpoint: false });
  });
  expect(decideNextStep({ ...facts, retries: RETRY_SCHEDULE.length }, RETRY_SCHEDULE, MIDDLE)).toMatchObject({
    state: 'exhausted',
    delayMs: null,
  });
});

test('jitter is a fifth to either side', () => {
  expect(jittered(5_000, 0)).toBe(4_000);
  expect(jittered(5_000, 0.5)).toBe(5_000);
  expect(jittered(5_000, 0.999_999)).toBe(6_000);
});

test('Retry-After is a lower bound, never a shorter wait, and a day at most', () => {
  const ask = (retryAfterMs: number) => decideNextStep({ ...facts, retryAfterMs }, RETRY_SCHEDULE, MIDDLE).delayMs;
  expect(ask(1_000)).toBe(5_000);
  expect(ask(60_000)).toBe(60_000);
  expect(ask(30 * RETRY_AFTER_MAX_MS)).toBe(RETRY_AFTER_MAX_MS);
});

test('what is not the endpoint’s fault uses no step, even after the last one', () => {
  const retries = RETRY_SCHEDULE.length;
  for (const outcome of ['interrupted', 'lease_expired', 'secret_unavailable'] as const) {
    expect(decideNextStep({ ...facts, outcome, retries }, RETRY_SCHEDULE, MIDDLE)).toMatchObject({
      state: 'pending',
      retries,
    });
  }
});

test('410 ends it and disables the endpoint', () => {
  expect(decideNextStep({ ...facts, outcome: 'gone' }, RETRY_SCHEDULE, MIDDLE)).toMatchObject({
    state: 'exhausted',
    disablesEndpoint: true,
  });
});

test('only 200 to 299 is success', () => {
  for (let status = 100; status <= 999; status += 1) {
    expect(outcomeOfStatus(status) === 'delivered', `${status}`).toBe(status >= 200 && status < 300);
  }
  expect([304, 307, 410, 429, 404, 503, 101, 600].map(outcomeOfStatus)).toEqual([
    'redirect_not_followed',
    'redirect_not_followed',
    'gone',
    'rate_limited',
    'client_error',
    'server_error',
    'unexpected_status',
    'unexpected_status',
  ]);
});

test('the database knows exactly these outcomes', () => {
  const migration = readFileSync(new URL('../../migrations/0003_attempts.sql', import.meta.url), 'utf8');
  const [, list = ''] = /check \(outcome in \(([^)]*)\)/.exec(migration) ?? [];
  expect([...list.matchAll(/'(\w+)'/g)].map(([, name]) => name)).toEqual(outcomes);
});

function readSpecTable(): Map<string, Map<DeliveryState, string>> {
  const text = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8');
  const [section = ''] = text.slice(text.indexOf('## State × outcome')).split('\n## ');
  const lines = section.split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const table = lines.filter((line) => line.startsWith('|')).map(cells);
  const states = table[0]?.slice(1) as DeliveryState[];
  return new Map(
    table
      .slice(2)
      .map(([outcome = '', ...moves]) => [outcome, new Map(states.map((state, i) => [state, moves[i] ?? '']))]),
  );
}
