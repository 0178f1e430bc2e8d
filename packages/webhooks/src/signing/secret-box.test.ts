import { describe, expect, test } from 'vitest';
import { createSecretBox, oldSecretsKeysSchema, secretsKeySchema } from './secret-box.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const otherKey = Buffer.alloc(32, 8).toString('base64');
const secret = Buffer.alloc(32, 1);
const nonce = Buffer.alloc(12, 2);
const place = { endpointId: `we_${'0'.repeat(32)}`, version: 1 };

describe('a sealed secret', () => {
  const box = createSecretBox(key);
  const sealed = box.seal(secret, place, nonce);

  test('opens with its key in its place', () => {
    expect(box.open(sealed, place)).toEqual(secret);
    expect(sealed.ciphertext.includes(secret)).toBe(false);
  });

  test('stays shut elsewhere, under another key, or when a bit was changed', () => {
    const other = createSecretBox(otherKey);
    const flipped = Buffer.from(sealed.ciphertext);
    flipped[14] = (flipped[14] ?? 0) ^ 1;
    expect(box.open(sealed, { ...place, version: 2 })).toBeNull();
    expect(box.open(sealed, { ...place, endpointId: `we_${'1'.repeat(32)}` })).toBeNull();
    expect(other.open(sealed, place)).toBeNull();
    expect(other.open({ ...sealed, keyId: other.keyId }, place)).toBeNull();
    expect(box.open({ ...sealed, ciphertext: flipped }, place)).toBeNull();
    expect(box.open({ ...sealed, ciphertext: Buffer.alloc(3) }, place)).toBeNull();
  });

  test('names its key without showing it', () => {
    expect(sealed.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(createSecretBox(otherKey).keyId).not.toBe(sealed.keyId);
  });
});

test('an old key opens what it sealed, and seals nothing', () => {
  const old = createSecretBox(key).seal(secret, place, nonce);
  const box = createSecretBox(otherKey, [key]);
  expect(box.open(old, place)).toEqual(secret);
  expect(box.seal(secret, place, nonce).keyId).toBe(createSecretBox(otherKey).keyId);
});

test('old keys are a list, and none by default', () => {
  expect(oldSecretsKeysSchema.parse(undefined)).toEqual([]);
  expect(oldSecretsKeysSchema.parse(`${key}, ${otherKey}`)).toEqual([key, otherKey]);
  expect(oldSecretsKeysSchema.safeParse(`${key},short`).success).toBe(false);
});

test.each(['', 'short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${key}!`])(
  'not a key: %j',
  (text) => {
    expect(secretsKeySchema.safeParse(text).success).toBe(false);
    expect(() => createSecretBox(text)).toThrow('32 bytes');
  },
);
