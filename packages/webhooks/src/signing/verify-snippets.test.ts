import { describe, expect, test } from 'vitest';
import { isHere, RUNTIMES, runSnippet, snippetUnder, type VerifierCase } from '../../test/verifiers/run-snippet.ts';
import { privateKeyOf } from './ed25519.ts';
import { formatSecret, parseSecret } from './secret.ts';
import { signMessage } from './sign-message.ts';

const now = 1_795_327_200;
const [current, old, unknown] = [1, 2, 3].map((byte) => formatSecret(Buffer.alloc(32, byte))) as [
  string,
  string,
  string,
];
const webhookId = 'msg_01a201d70b008a3ba0f3c5d7e9b1a2c4';
const body = '{"type":"payout.settled","data":{"merchant":"Käse & Söhne 🧀","amountMinor":12345}}\n';

/** Signed by our own signer, with the secrets given. */
function signed(secrets: readonly string[], changes: Partial<VerifierCase> = {}): VerifierCase {
  const timestamp = changes.timestamp ?? String(now);
  const message = { webhookId, timestamp: Number(timestamp), body };
  return {
    body,
    webhookId,
    timestamp,
    signature: signMessage(message, secrets.map(parseSecret)),
    secrets: [current],
    now,
    ...changes,
  };
}

const vector: VerifierCase = {
  body: '{"test": 2432232314}',
  webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  now: 1_614_265_330,
};
const pair = signMessage({ webhookId, timestamp: now, body }, [
  privateKeyOf(Buffer.alloc(32, 4)),
  parseSecret(current),
]);
const only = signed([current]).signature;

const ACCEPTED: readonly (readonly [string, VerifierCase])[] = [
  ['the published vector', vector],
  ['a request signed by us', signed([current])],
  ['an empty body', { ...signed([current]), ...emptyBody() }],
  ['five minutes old', signed([current], { timestamp: String(now - 300) })],
  ['five minutes ahead', signed([current], { timestamp: String(now + 300) })],
  ['a rotation, the receiver has the new secret', signed([current, old])],
  ['a rotation, the receiver has the old secret', signed([current, old], { secrets: [old] })],
  ['a receiver that has both, before the rotation', signed([old], { secrets: [current, old] })],
  ['a v1a signature before it', signed([], { signature: pair })],
  ['unknown versions around it', signed([], { signature: `v9,x v1 ${only} v2,${only}` })],
  ['a secret of 24 bytes', sharedWith(24)],
  ['a secret of 64 bytes', sharedWith(64)],
];

const REFUSED: readonly (readonly [string, VerifierCase, string])[] = [
  ['a tampered body', signed([current], { body: body.replace('12345', '99345') }), 'no signature fits'],
  ['a body written again', signed([current], { body: body.trimEnd() }), 'no signature fits'],
  ['another id', signed([current], { webhookId: 'msg_0' }), 'no signature fits'],
  ['a timestamp that was made younger', { ...signed([current]), now: now + 300, timestamp: String(now + 1) }, 'no sig'],
  ['too old', signed([current], { timestamp: String(now - 301) }), 'too old or too new'],
  ['too new', signed([current], { timestamp: String(now + 301) }), 'too old or too new'],
  ['another secret', signed([current], { secrets: [unknown] }), 'no signature fits'],
  ['a secret that has ended', signed([current], { secrets: [old] }), 'no signature fits'],
  ['junk after the timestamp', { ...signed([current]), timestamp: `${now}junk` }, 'not a number'],
  ['a line end after the timestamp', { ...signed([current]), timestamp: `${now}\n` }, 'not a number'],
  ['a negative timestamp', { ...signed([current]), timestamp: `-${now}` }, 'not a number'],
  ['no timestamp', { ...signed([current]), timestamp: '' }, 'missing'],
  ['no id', signed([current], { webhookId: '' }), 'missing'],
  ['no signature', signed([current], { signature: '' }), 'missing'],
  ['the right digest under another version', signed([], { signature: only.replace('v1,', 'v2,') }), 'no signature'],
  ['a signature that was cut off', signed([], { signature: only.slice(0, -4) }), 'no signature fits'],
  ['a signature without its version', signed([], { signature: only.slice(3) }), 'no signature fits'],
  ['an empty secret', signed([], { secrets: [''], signature: signedWithNothing() }), 'a secret is not whsec_'],
  ['a prefix alone', signed([], { secrets: ['whsec_'], signature: signedWithNothing() }), 'a secret is not whsec_'],
];

describe.each(RUNTIMES)('the $heading snippet', (runtime) => {
  const here = isHere(runtime);
  if (!here) process.stderr.write(`NOT RUN: the ${runtime.heading} snippet, there is no ${runtime.probe[0]} here\n`);
  const name = here ? 'accepts and refuses what it should' : `NOT RUN: there is no ${runtime.probe[0]} here`;
  test.skipIf(!here)(name, { timeout: 120_000 }, () => {
    const lines = runSnippet(
      runtime,
      [...ACCEPTED, ...REFUSED].map(([, example]) => example),
    );
    const accepted = lines.slice(0, ACCEPTED.length).map((line, i) => [ACCEPTED[i]?.[0], line]);
    const refused = lines.slice(ACCEPTED.length).map((line, i) => [REFUSED[i]?.[0], line]);
    expect(accepted).toEqual(ACCEPTED.map(([what, example]) => [what, `accepted ${example.webhookId}`]));
    expect(refused).toEqual(REFUSED.map(([what, , why]) => [what, expect.stringMatching(`^refused .*${why}`)]));
  });

  test('is there', () => {
    expect(snippetUnder(runtime.heading)).toMatch(/300/);
  });
});

function emptyBody(): Partial<VerifierCase> {
  return { body: '', signature: signMessage({ webhookId, timestamp: now, body: '' }, [parseSecret(current)]) };
}

function sharedWith(bytes: number): VerifierCase {
  const secret = formatSecret(Buffer.from(Array.from({ length: bytes }, (_, i) => 255 - i)));
  return signed([secret], { secrets: [secret] });
}

/** What anybody could make for a receiver whose secret is empty. */
function signedWithNothing(): string {
  return signMessage({ webhookId, timestamp: now, body }, [new Uint8Array(0)]);
}
