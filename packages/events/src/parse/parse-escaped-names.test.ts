import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { canonicalJson } from '../identity/fingerprint-event.ts';
import { fingerprint, parseEvent } from '../index.ts';
import { EXAMPLE_TIME, exampleEvents } from '../testing.ts';
import { parseEscapedNames } from './parse-escaped-names.ts';

vi.setConfig({ testTimeout: 60_000 });

// Names with a backslash, and names whose written form begins like them.
const name = fc.oneof(
  fc.constantFrom('"', '\\', '\n', '\\n', 'a"', 'a\\', '\\u0061mount', 'amount', '', '\u001f', '__proto__', 'é', '9'),
  fc.string({ unit: 'grapheme' }),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, '}', ']', ',"', '\\'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('what was written is read, whatever was read before', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value), (object) => {
      const text = canonicalJson(object);
      // It makes the engine remember the shape, as a body before this one would.
      JSON.parse(text);
      expect(canonicalJson(Object(parseEscapedNames(text)))).toBe(text);
      expect(canonicalJson(Object(parseEscapedNames(JSON.stringify(object, null, '\t '))))).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('a name with an escape means the same after a body with a backslash in a name', () => {
  const [event] = exampleEvents();
  const options = { receivedAtMs: Date.parse(EXAMPLE_TIME) };
  const names = ['"', '\n', 'a"b'];
  const body = (extra: object) => JSON.stringify({ ...event, data: { ...event?.data, ...extra } });
  for (const backslash of ['\\', '\\', '\\', 'a\\b', 'a\\"']) parseEvent(body({ [backslash]: 1 }), options);
  for (const key of names) {
    const result = parseEvent(body({ [key]: 2 }), options);
    if (!result.ok || event === undefined) throw new Error('refused');
    expect(Object.keys(result.event.data)).toContain(key);
    expect(result.event.fingerprint).toEqual(fingerprint({ ...event, data: { ...event.data, [key]: 2 } }));
  }
});

test('a member of the catalogue may be written with escapes, whatever was read before', () => {
  const [event] = exampleEvents();
  const options = { receivedAtMs: Date.parse(EXAMPLE_TIME) };
  // A shape of its own, whose second name is a backslash and what the escape of `a` looks like.
  const plain = JSON.stringify({ ...event, data: { shape: 1, ...event?.data } });
  const [, amount = ''] = /("amount":\d+,)/.exec(plain) ?? [];
  const without = plain.replace(amount, '');
  for (let time = 0; time < 3; time += 1)
    parseEvent(without.replace('"shape":1,', '"shape":1,"\\\\u0061":1,'), options);
  const escaped = without.replace('"shape":1,', `"shape":1,${amount.replace('a', '\\u0061')}`);
  expect(parseEvent(escaped, options)).toEqual(parseEvent(plain, options));
});
