import { systemClock } from '@northwind/service-kit';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { formatPublicKey, privateKeyOf, publicKeyOf } from './ed25519.ts';
import { formatSecret, parseSecret } from './secret.ts';
import { type SigningKey, signMessage } from './sign-message.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** A JSON text that ends in a string of any characters, all of Unicode's planes among them. */
const jsonWithUnicode = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => JSON.stringify(text));

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

  test('any text, any place in a rotation, v1a and unknown versions around it', () => {
    const rotation = fc.array(fc.uint8Array({ minLength: 24, maxLength: 64 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(jsonWithUnicode, rotation, fc.boolean(), (body, keys, isPaired) => {
        const pair = isPaired ? [privateKeyOf(Buffer.alloc(32, 5))] : [];
        const headers = headersFor(body, [...keys, ...pair]);
        const changed = body.replace(/"$/, '\u00a0"');
        for (const key of keys) {
          verifier(formatSecret(key)).verify(body, headers);
          expect(() => verifier(formatSecret(key)).verify(changed, headers)).toThrow();
        }
      }),
      { numRuns: 200 },
    );
  });

  test('both secrets verify while one replaces the other', () => {
    const [old, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const headers = headersFor('{}', [current, old]);
    for (const key of [old, current]) verifier(formatSecret(key)).verify('{}', headers);
    expect(() => verifier(formatSecret(Buffer.alloc(32, 3))).verify('{}', headers)).toThrow();
  });
});

test('the published vector of v1a', () => {
  const message = {
    webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
  };
  // The private key as Standard Webhooks writes it: whsk_, and in base64 the seed with the public key after it.
  const published = '6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const [seed, publicKey] = [Buffer.from(published, 'base64').subarray(0, 32), publishedPublicKey(published)];
  expect(signMessage(message, [privateKeyOf(seed)])).toBe(
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
  );
  expect(formatPublicKey(publicKeyOf(seed))).toBe(publicKey);
});

describe('what docs/verifying-webhooks.md says of standardwebhooks', () => {
  const key = Buffer.alloc(32, 1);
  const verifier = new StandardWebhook(formatSecret(key));

  test('it rejects a fetch Headers object and takes its entries', () => {
    const headers = new Headers(headersFor('{}', [key]));
    expect(() => verifier.verify('{}', headers as unknown as Record<string, string>)).toThrow('headers');
    verifier.verify('{}', Object.fromEntries(headers));
  });

  test('it takes a timestamp with junk after the digits', () => {
    const headers = headersFor('{}', [key]);
    verifier.verify('{}', { ...headers, 'webhook-timestamp': `${headers['webhook-timestamp']}junk` });
  });
});

test('a secret survives its text form, and nothing else is one', () => {
  expect(formatSecret(parseSecret(secret))).toBe(secret);
  expect(() => parseSecret('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toThrow();
  expect(() => parseSecret('whsec_*')).toThrow();
});

function publishedPublicKey(pair: string): string {
  return `whpk_${Buffer.from(pair, 'base64').subarray(32).toString('base64')}`;
}

function headersFor(body: string, keys: readonly SigningKey[]) {
  // The verifiers read the machine's own clock.
  const timestamp = Math.floor(systemClock.nowMs() / 1_000);
  const webhookId = 'msg_01a201d70b008000a000000000000000';
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signMessage({ webhookId, timestamp, body }, keys),
  };
}
