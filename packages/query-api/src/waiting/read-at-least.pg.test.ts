import { createEventLog } from '@northwind/event-store';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { createProjector } from '@northwind/projector';
import { type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger } from '@northwind/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { captured, initiated } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';
import { WAITERS_PER_MERCHANT_MAX } from './applied-gate.ts';

let api: TestApi;
let key: string;
let projector: Service | null = null;

beforeEach(async () => {
  api = await startApi({ projector: false });
  key = await api.merchantKey('mer_001');
  await append(captured('mer_001', 'pay_1'), initiated('mer_001', 'po_1'));
});

afterEach(async () => {
  await projector?.stop();
  projector = null;
  await api[Symbol.asyncDispose]();
});

/** To the log only: nothing is projected until the projector starts. */
async function append(...events: readonly CloudEvent[]): Promise<void> {
  const parsed = events.map((event) => {
    const result = parseEvent(toJson(event), { receivedAtMs: systemClock.nowMs() });
    if (!result.ok) throw new Error(result.rejection.message);
    return { event: result.event, messageId: null };
  });
  await createEventLog(api.database).append(parsed);
}

async function startProjector(): Promise<void> {
  projector = createProjector({ database: api.database as never, logger: silentLogger(), clock: systemClock });
  await projector.start();
}

const day = systemClock.now().slice(0, 10);
const ROUTES = ['/v1/balances?', `/v1/statements?from=${day}&to=${day}&`, '/v1/payouts?', '/v1/payouts/po_1?'];

describe('minOffset', () => {
  test.each(ROUTES)('%s waits for the event and answers with it', async (route) => {
    const asked = api.fetch(`${route}minOffset=4:1&waitMs=10000`, { key });
    const early = await Promise.race([asked, systemClock.sleep(200).then(() => 'still waiting')]);
    expect(early).toBe('still waiting');
    await startProjector();
    const { status, body } = await asked;
    expect(status).toBe(200);
    expect(body.asOf).toMatchObject({ partition: 4, offset: 1 });
    expect((await api.fetch(`${route}minOffset=4:0`, { key })).body).toEqual(body);
  });

  test.each(ROUTES)('%s says where the read model is when it does not come in time', async (route) => {
    const { status, body } = await api.fetch(`${route}minOffset=4:1&waitMs=50`, { key });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'not_applied_yet',
      detail: 'The read model is at 4:-1, not yet at 4:1. Ask again.',
      errors: [{ field: 'minOffset', message: 'is not applied yet; the read model is at 4:-1' }],
    });
  });

  test.each([
    ['minOffset=5:1', 'minOffset', 'is in partition 5; mer_001 is in 4: wait for 4:<offset>'],
    ['minOffset=4', 'minOffset', 'is <partition>:<offset>, as in 4:120033'],
    ['minOffset=4:1&waitMs=10001', 'waitMs', expect.any(String)],
    ['waitMs=10', 'waitMs', 'says how long to wait for minOffset, which is not there'],
  ])('%s is refused and named', async (query, field, message) => {
    const { status, body } = await api.fetch(`/v1/balances?${query}`, { key });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field, message }] });
  });

  test('one request too many is told so, and those whose caller went away make room', async () => {
    const callers = new AbortController();
    const ask = () => api.fetch('/v1/balances?minOffset=4:1&waitMs=10000', { key, signal: callers.signal });
    const asked = Array.from({ length: WAITERS_PER_MERCHANT_MAX + 1 }, ask);
    const tooMany = await Promise.race(asked);
    expect(tooMany).toMatchObject({ status: 429, body: { code: 'too_many_waiting' } });
    expect(tooMany.headers.get('retry-after')).toBe('1');
    callers.abort();
    expect((await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const next = () => api.fetch('/v1/balances?minOffset=4:1&waitMs=0', { key });
    // Well before their time is up.
    await eventually(async () => (await next()).status === 409, { timeoutMs: 4_000 });
  });

  test('a node that stops lets go of who waits', async () => {
    const node = await api.startNode();
    const asked = fetch(`${node.url}/v1/balances?minOffset=4:1&waitMs=10000`, {
      headers: { authorization: `Bearer ${key}` },
    });
    await Promise.race([asked, systemClock.sleep(200)]);
    const before = systemClock.monotonicMs();
    await node.stop();
    expect((await asked).status).toBe(409);
    expect(systemClock.monotonicMs() - before).toBeLessThan(5_000);
  });
});

describe('GET /v1/statements', () => {
  test('gives a day as the read model holds it', async () => {
    await startProjector();
    const { body } = await api.fetch(`/v1/statements?from=${day}&to=${day}&minOffset=4:1`, { key });
    expect(body.statements).toEqual([
      {
        day: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        currency: 'EUR',
        exponent: 2,
        openingMinor: 0,
        grossMinor: 10_000,
        feesMinor: 300,
        refundsMinor: 0,
        heldMinor: 0,
        disputesMinor: 0,
        adjustmentsMinor: 0,
        payoutsMinor: 5_000,
        closingMinor: 4_700,
        events: 2,
        firstOffset: 0,
        asOf: { partition: 4, offset: 1 },
      },
    ]);
    const other = await api.fetch('/v1/statements?from=2020-01-01&to=2020-12-31', { key });
    expect(other.body.statements).toEqual([]);
  });

  test.each([
    ['from=2026-01-01', 'to'],
    ['from=2026-02-30&to=2026-03-01', 'from'],
    ['from=0000-01-01&to=0000-01-02', 'from'],
    ['from=2026-01-02&to=2026-01-01', 'to'],
    ['from=2026-01-01&to=2027-01-02', 'to'],
  ])('refuses %s and names the field', async (query, field) => {
    const { status, body } = await api.fetch(`/v1/statements?${query}`, { key });
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ field, message: expect.any(String) });
  });

  test('a generation that keeps none says so', async () => {
    await api.database.pool.query('drop table read_g1.statements cascade');
    const { status, body } = await api.fetch('/v1/statements?from=2026-01-01&to=2026-01-02', { key });
    expect(status).toBe(503);
    expect(body.code).toBe('read_model_missing');
  });
});
