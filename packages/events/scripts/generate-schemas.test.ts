import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, onTestFinished, test } from 'vitest';
import { CURRENCY_CODES, EVENT_TYPES } from '../src/index.ts';
import { exampleEvents } from '../src/testing.ts';
import { buildAsyncapi } from './build-asyncapi.ts';
import { buildFiles } from './build-files.ts';
import { dataSchema, entries, envelopeSchema } from './build-schemas.ts';
import { differingFiles, writeFiles } from './compare-files.ts';

const folder = join(import.meta.dirname, '..', 'schemas');

test('the committed schemas equal the catalogue', () => {
  expect(differingFiles(folder, buildFiles())).toEqual([]);
});

test('a differing, a missing and a left-over file are named, and written away', () => {
  const copy = mkdtempSync(join(tmpdir(), 'schemas-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  const files = buildFiles();
  expect(writeFiles(copy, files)).toHaveLength(files.size);
  writeFileSync(join(copy, 'asyncapi.json'), '{}');
  rmSync(join(copy, 'payout.failed.v1.json'));
  writeFileSync(join(copy, 'payout.lost.v1.json'), '{}');
  const wrong = ['asyncapi.json', 'payout.failed.v1.json', 'payout.lost.v1.json'];
  expect(differingFiles(copy, files)).toEqual(wrong);
  expect(writeFiles(copy, files)).toEqual(wrong);
  expect(differingFiles(copy, files)).toEqual([]);
});

/** What the AsyncAPI project's own parser has against a document, except that a newer minor version exists. */
async function parse(text: string) {
  const { document, diagnostics } = await new Parser().parse(text);
  const complaints = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
  return { document, complaints: complaints.map(({ code, path, message }) => ({ code, path, message })) };
}

test('the AsyncAPI document is valid, with a message for every type', async () => {
  const { document, complaints } = await parse(readFileSync(join(folder, 'asyncapi.json'), 'utf8'));
  expect(complaints).toEqual([]);
  expect(document?.version()).toBe('3.0.0');
  const messages = document?.allMessages().all() ?? [];
  expect(messages.map((message) => message.name())).toEqual(EVENT_TYPES);
}, 120_000);

test('an AsyncAPI document with a reference to nothing is not valid', async () => {
  const { complaints } = await parse(
    JSON.stringify(buildAsyncapi()).replace('#/components/schemas/payout.failed.v1', '#/x'),
  );
  expect(complaints).toMatchObject([{ code: 'invalid-ref' }]);
}, 120_000);

test('every message of the AsyncAPI document has an example that its payload accepts', () => {
  const { components } = JSON.parse(readFileSync(join(folder, 'asyncapi.json'), 'utf8'));
  const ajv = addFormats.default(new Ajv.default({ strict: true, keywords: ['components'] }));
  for (const message of Object.values<Message>(components.messages)) {
    const payload = ajv.compile({ ...message.payload, components });
    expect(message.examples).toHaveLength(1);
    for (const example of message.examples) {
      payload(example.payload);
      expect(payload.errors).toBeNull();
      expect(payload({ ...example.payload, type: 'other' })).toBe(false);
      expect(payload({ ...example.payload, data: {} })).toBe(false);
    }
  }
});

interface Message {
  readonly payload: object;
  readonly examples: readonly { readonly payload: object }[];
}

test('the JSON Schemas alone accept every example, and refuse what they can express', () => {
  const ajv = addFormats.default(new Ajv2020.default({ strict: true, allowUnionTypes: true }));
  const envelope = ajv.compile(envelopeSchema('draft-2020-12'));
  for (const [index, event] of exampleEvents().entries()) {
    const entry = entries[index];
    if (entry === undefined) throw new Error('an example has no entry');
    const data = ajv.compile(dataSchema(entry, 'draft-2020-12'));
    envelope(event);
    data(event.data);
    expect([envelope.errors, data.errors]).toEqual([null, null]);
    expect(data({ ...event.data, merchantId: ' ' })).toBe(false);
    expect(data({ ...event.data, merchantId: undefined })).toBe(false);
    expect(envelope({ ...event, type: 'payment.authorised' })).toBe(false);
    expect(envelope({ ...event, time: '2026-11-22T06:00:00' })).toBe(false);
    if (entry.carriesMoney) {
      expect(data({ ...event.data, amount: 1.5 })).toBe(false);
      expect(data({ ...event.data, currency: 'XAU' })).toBe(false);
    }
  }
});

test('a schema has the dataschema of its type as $id and lists the currencies', () => {
  const schema = JSON.parse(readFileSync(join(folder, 'payment.captured.v1.json'), 'utf8'));
  expect(schema.$id).toBe('urn:northwind:settlement:payment.captured:v1');
  expect(schema.required).toEqual(['merchantId', 'amount', 'fee', 'currency']);
  expect(schema.properties.currency.enum).toEqual(CURRENCY_CODES);
});
