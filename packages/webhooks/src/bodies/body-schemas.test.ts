import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAYOUT_STATUSES, type PayoutSnapshot, type PayoutTransition } from '@northwind/projector';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { BODY_BYTES_MAX } from '../limits.ts';
import { buildBody } from '../planning/build-body.ts';
import { DELIVERY_EVENT_TYPES } from '../planning/event-types.ts';
import { BODY_SCHEMAS, writeBodySchemas } from './body-schemas.ts';
import { buildDigestBody } from './digest-body.ts';
import { buildTestBody } from './test-body.ts';

const folder = join(import.meta.dirname, '..', '..', 'schemas');
const committed = (name: string) => readFileSync(join(folder, name), 'utf8');
const TIME = '2026-11-22T06:00:00.000000Z';
const ENDPOINT = `we_${'0'.repeat(32)}`;

/** What the committed schema of a type has against a body; null when nothing. */
function complaints(type: string, body: string) {
  const ajv = addFormats.default(new Ajv2020.default({ strict: true, allErrors: true, allowUnionTypes: true }));
  const validate = ajv.compile(JSON.parse(committed(`${type}.v1.json`)));
  validate(JSON.parse(body));
  return validate.errors ?? null;
}

/** Characters that take the most bytes: four in UTF-8 for an id, six as an escape in a text that may hold controls. */
const worstId = '\u{1F4B8}'.repeat(128);
const worst: PayoutSnapshot = {
  payoutId: worstId,
  merchantId: worstId,
  status: 'returned',
  previousStatus: 'submitted',
  sequence: 2 ** 31 - 1,
  amountMinor: BigInt(Number.MAX_SAFE_INTEGER),
  currency: 'EUR',
  method: 'standard',
  destination: worstId,
  railReference: worstId,
  traceId: worstId,
  expectedArrival: '2026-11-22T06:00:00.000000+00:00',
  reasonCode: 'AC04',
  reason: '\u0001'.repeat(1_000),
  initiatedAt: TIME,
  submittedAt: TIME,
  settledAt: TIME,
  failedAt: TIME,
  returnedAt: TIME,
};

const transition = (payout: PayoutSnapshot): PayoutTransition => ({
  ...payout,
  partition: 32_767,
  offset: 2n ** 63n - 1n,
  occurredAt: TIME,
  recordedAt: TIME,
  payout,
});

test('the committed schemas are what the code says, one for each type that is sent', () => {
  const files = writeBodySchemas();
  expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  for (const [name, text] of files)
    expect(committed(name), `run: pnpm --filter @northwind/webhooks schemas`).toBe(text);
  expect(BODY_SCHEMAS.map(({ type }) => type).sort()).toEqual([...DELIVERY_EVENT_TYPES].sort());
});

test('the largest payout that the catalogue admits fits its schema and the bound of a body, in every status', () => {
  for (const status of PAYOUT_STATUSES) {
    const body = buildBody(transition({ ...worst, status }));
    expect(complaints(`payout.${status}`, body)).toBeNull();
    expect(Buffer.byteLength(body)).toBeLessThan(BODY_BYTES_MAX);
    expect(Buffer.byteLength(body)).toBeGreaterThan(BODY_BYTES_MAX / 3);
  }
});

test('a body over the bound stops planning, and says which transition it is', () => {
  const payout = { ...worst, reason: '\u0001'.repeat(4_000) };
  expect(() => buildBody(transition(payout))).toThrow(/body of transition 32767:9223372036854775807 has \d+ bytes/);
});

test('a schema refuses what its body never is', () => {
  const body = JSON.parse(buildBody(transition({ ...worst, status: 'settled' })));
  const refused = (change: object) => complaints('payout.settled', JSON.stringify({ ...body, ...change }));
  expect(refused({})).toBeNull();
  expect(refused({ added: 'later' })).toBeNull();
  expect(refused({ type: 'payout.failed' })).not.toBeNull();
  expect(refused({ timestamp: '2026-11-22' })).not.toBeNull();
  for (const wrong of [
    { amountMinor: null },
    { amountMinor: 1.5 },
    { sequence: 0 },
    { status: 'paid' },
    { settledAt: null },
  ])
    expect(refused({ data: { ...body.data, ...wrong } }), JSON.stringify(wrong)).not.toBeNull();
});

test('a digest in every currency and a test fit theirs', () => {
  const sums = Array.from({ length: 200 }, (_, i) => ({
    currency: `X${String.fromCharCode(65 + (i % 26))}${String.fromCharCode(65 + Math.floor(i / 26))}`,
    count: 1_000_000,
    amountMinor: 2n ** 62n,
  }));
  const types = ['payout.settled', 'payout.failed'];
  const digest = { endpointId: ENDPOINT, merchantId: worstId, day: '2026-12-31', eventTypes: types, count: 7, sums };
  const body = buildDigestBody({ ...digest, webhookIdsSha256: 'a'.repeat(64) });
  expect(complaints('webhook.digest', body)).toBeNull();
  expect(Buffer.byteLength(body)).toBeLessThan(BODY_BYTES_MAX);
  expect(body).toContain('"timestamp":"2027-01-01T00:00:00.000000Z"');
  const asked = buildTestBody({ endpointId: ENDPOINT, merchantId: 'mer_001', timestamp: TIME });
  expect(complaints('webhook.test', asked)).toBeNull();
});

test('the example of every type in docs/webhook-events.md fits its schema', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/webhook-events.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n([\s\S]*?)\n```/g)].map(([, text = '']) => text);
  expect(examples.map((text) => JSON.parse(text).type).sort()).toEqual([...DELIVERY_EVENT_TYPES].sort());
  for (const text of examples) expect(complaints(JSON.parse(text).type, text)).toBeNull();
  for (const { schema } of BODY_SCHEMAS) {
    const { data } = (schema as never as { shape: { data: { shape: object } } }).shape;
    for (const field of Object.keys(data.shape)) expect(page, `the field ${field}`).toContain(`| \`${field}\``);
  }
});
