import { expect, test } from 'vitest';
import { REDACTED, redactHeaders } from './redact-headers.ts';

test.each([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-apikey',
  'x-auth-token',
  'client-secret',
])('%s is redacted', (name) => {
  expect(redactHeaders({ [name]: 'abc' })).toEqual({ [name]: REDACTED });
});

test('what shows how a message was signed and sent is kept', () => {
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1',
    'webhook-signature': 'v1,abc',
    'content-type': 'application/json',
    via: ['a', 'b'],
    gone: undefined,
  };
  const { gone: _, ...kept } = headers;
  expect(redactHeaders(headers)).toEqual(kept);
});
