import { systemClock } from '@northwind/service-kit';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { formatSecret, parseSecret } from './secret.ts';
import { signMessage } from './sign-message.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('the published vector', () => {
  const message = {
    webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
  };
  expect(signMessage(message, [parseSecret(secret)])).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

describe.each([
  ['standardwebhooks', (key: string) => new StandardWebhook(key)],
  ['svix', (key: string) => new SvixWebhook(key)],
])('verified by %s', (_name, verifier) => {
  test('any JSON body and any secret of 24 to 64 bytes', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, key) => {
        const headers = headersFor(body, [key]);
        verifier(formatSecret(key)).verify(body, headers); // throws when it does not verify
        expect(() => verifier(formatSecret(key)).verify(`${body} `, headers)).toThrow();
      }),
    );
  });

  test('both secrets verify while one replaces the other', () => {
    const [old, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const headers = headersFor('{}', [current, old]);
    for (const key of [old, current]) verifier(formatSecret(key)).verify('{}', headers);
    expect(() => verifier(formatSecret(Buffer.alloc(32, 3))).verify('{}', headers)).toThrow();
  });
});

test('a secret survives its text form, and nothing else is one', () => {
  expect(formatSecret(parseSecret(secret))).toBe(secret);
  expect(() => parseSecret('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toThrow();
  expect(() => parseSecret('whsec_*')).toThrow();
});

function headersFor(body: string, keys: readonly Uint8Array[]) {
  // The verifiers read the machine's own clock.
  const timestamp = Math.floor(systemClock.nowMs() / 1_000);
  const webhookId = 'msg_01a201d70b008000a000000000000000';
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signMessage({ webhookId, timestamp, body }, keys),
  };
}
