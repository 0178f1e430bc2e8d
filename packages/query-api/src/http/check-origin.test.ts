import { describe, expect, test } from 'vitest';
import { isOwnOrigin } from './check-origin.ts';

const policy = { host: 'api.example.com:8443', portalOrigin: 'https://portal.example.com' };

describe('isOwnOrigin', () => {
  test.each([
    ['https://api.example.com:8443', true],
    ['http://api.example.com:8443', true],
    ['https://portal.example.com', true],
    ['https://portal.example.com.evil.example', false],
    ['https://portal.example.com:444', false],
    ['https://api.example.com', false],
    ['https://evil.example', false],
    ['https://api.example.com:8443@evil.example', false],
    ['file://api.example.com:8443', false],
    ['null', false],
    ['', false],
    ['api.example.com:8443', false],
  ])('%s: %s', (origin, expected) => {
    expect(isOwnOrigin(origin, policy)).toBe(expected);
  });

  test('without a Host nothing but the portal is ours', () => {
    expect(isOwnOrigin('https://portal.example.com', { ...policy, host: undefined })).toBe(true);
    expect(isOwnOrigin('https://api.example.com:8443', { ...policy, host: undefined })).toBe(false);
  });
});
