import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { fingerprint, parseEvent } from '../index.ts';
import { EXAMPLE_TIME, exampleEvents } from '../testing.ts';
import { parseEscapedNames } from './parse-escaped-names.ts';

const options = { receivedAtMs: Date.parse(EXAMPLE_TIME) };
const runs = { numRuns: 1_000 };
vi.setConfig({ testTimeout: 60_000 });
const examples = fc.constantFrom(...exampleEvents());

/** Any JSON value, with keys and texts that are hard on a parser. */
const hardText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('__proto__', 'constructor', 'amount', '\0', '\ud800', '"', '\\', '\\"', '\\u0000', '', ':', '{'),
);
const hardValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    hardText,
    fc.double(),
    fc.integer(),
    fc.constantFrom(null, true, -0, 2 ** 53, 1e300, 5e-324),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(hardText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** What is checked of every answer, whatever the body. */
function check(body: string): boolean {
  const result = parseEvent(body, options);
  if (!result.ok) {
    const { field, message } = result.rejection;
    expect(message.isWellFormed() && field.isWellFormed()).toBe(true);
    expect(`${field}${message}`.includes('\0')).toBe(false);
    expect(field.length).toBeLessThan(400);
    expect(message.length).toBeLessThan(800);
    return false;
  }
  const { event } = result;
  const stored = Object(parseEscapedNames(event.canonicalData));
  // What the log returns has the same fingerprint, so an auditor can compute it from the stored row.
  const { type, subject, occurredAt: time } = event;
  expect(fingerprint({ type, subject, time, data: stored })).toEqual(event.fingerprint);
  expect(event.canonicalData.isWellFormed()).toBe(true);
  expect(event.canonicalData).not.toMatch(/(?<!\\)(?:\\\\)*\\u0000/);
  const again = parseEvent(JSON.stringify({ ...Object(parseEscapedNames(body)), time, data: stored }), options);
  expect(again).toMatchObject({ ok: true, event: { canonicalData: event.canonicalData } });
  expect(again.ok && again.event.idempotencyKey).toBe(event.idempotencyKey);
  return true;
}

test('any text has an answer', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hardText,
        fc.json(),
        hardValue.map((value) => `${JSON.stringify(value)}`),
      ),
      (body) => {
        check(body);
      },
    ),
    runs,
  );
});

test('an event with a part replaced by anything has an answer', () => {
  const part = fc.constantFrom('specversion', 'type', 'id', 'source', 'subject', 'time', 'datacontenttype', 'data');
  fc.assert(
    fc.property(examples, part, hardValue, (event, name, value) => {
      check(JSON.stringify({ ...event, [name]: value }));
    }),
    runs,
  );
});

test('an event with a member of data replaced or added has an answer, and most additions are accepted', () => {
  let accepted = 0;
  fc.assert(
    fc.property(examples, hardText, hardValue, (event, name, value) => {
      accepted += check(JSON.stringify({ ...event, data: { ...event.data, [name]: value } })) ? 1 : 0;
      const [existing = ''] = Object.keys(event.data);
      check(JSON.stringify({ ...event, data: { ...event.data, [existing]: value } }));
    }),
    runs,
  );
  expect(accepted).toBeGreaterThan(100);
});

test('an event with characters cut out, put in or doubled has an answer', () => {
  fc.assert(
    fc.property(examples, fc.nat(), fc.nat(40), hardText, (event, place, length, put) => {
      const body = JSON.stringify(event);
      const at = place % body.length;
      check(body.slice(0, at) + put + body.slice(at + length));
      check(body.slice(0, at) + body.slice(at, at + length) + body.slice(at));
    }),
    runs,
  );
});

test('a second member of the same name is refused wherever it stands', () => {
  fc.assert(
    fc.property(examples, fc.nat(), (event, choice) => {
      const names = Object.keys(event.data);
      const name = names[choice % names.length] ?? '';
      const body = JSON.stringify(event).replace('"data":{', `"data":{${JSON.stringify(name)}:1,`);
      expect(parseEvent(body, options)).toMatchObject({
        rejection: { code: 'duplicate_key', field: `data.${name}` },
      });
    }),
  );
});
