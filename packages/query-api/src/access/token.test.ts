import { describe, expect, test } from 'vitest';
import { createToken, hashToken } from './token.ts';

describe('token', () => {
  test('is 256 random bits behind its prefix, and its hash is found again', () => {
    const token = createToken('apiKey');
    expect(token.text).toMatch(/^nws_[A-Za-z0-9_-]{43}$/);
    expect(token.hash).toHaveLength(32);
    expect(hashToken('apiKey', token.text)).toEqual(token.hash);
    expect(createToken('apiKey').text).not.toBe(token.text);
  });

  test('of one kind is none of another, and junk is none at all', () => {
    const { text } = createToken('session');
    expect(hashToken('apiKey', text)).toBeNull();
    for (const junk of ['', 'nws_', `nws_${'a'.repeat(42)}`, `nws_${'a'.repeat(44)}`, `nws_${'a'.repeat(42)}\0`]) {
      expect(hashToken('apiKey', junk)).toBeNull();
    }
  });
});
