import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BlockedTargetError,
  createGuardedConnector,
  createGuardedLookup,
  resolveAllowed,
} from './guarded-connector.ts';

const rules = { allowInsecureTargets: false };
const publicV4 = ['1.1.1.1', '8.8.8.8', '93.184.216.34'];
const forbidden = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fd00::1', '64:ff9b::7f00:1'];

describe('what a name resolves to', () => {
  test('one forbidden address among any public ones blocks the name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...publicV4)),
        fc.constantFrom(...forbidden),
        fc.array(fc.constantFrom(...publicV4)),
        async (before, bad, after) => {
          const resolve = async () => [...before, bad, ...after];
          await expect(resolveAllowed('example.com', resolve, rules)).rejects.toThrow(BlockedTargetError);
        },
      ),
    );
  });

  test('public addresses are passed on as they were vetted', async () => {
    await expect(resolveAllowed('Example.com.', async () => publicV4, rules)).resolves.toEqual(publicV4);
  });

  test('no address at all is blocked', async () => {
    await expect(resolveAllowed('example.com', async () => [], rules)).rejects.toThrow(BlockedTargetError);
  });
});

describe('a lookup', () => {
  const lookupOf = (addresses: string[]) =>
    createGuardedLookup({ ...rules, resolve: async () => addresses, connectTimeoutMs: 100 });

  test('answers in both of the forms that connections ask for', async () => {
    const lookup = lookupOf(['1.1.1.1', '2606:4700::1111']);
    const all = await new Promise((done) => lookup('example.com', { all: true }, (_error, found) => done(found)));
    expect(all).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    const one = await new Promise((done) =>
      lookup('example.com', {}, (_e, address, family) => done({ address, family })),
    );
    expect(one).toEqual({ address: '1.1.1.1', family: 4 });
  });

  test('a connection never starts towards a forbidden answer, and each connection asks again', async () => {
    const answers = [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::1']];
    let asked = 0;
    const connect = createGuardedConnector({
      ...rules,
      resolve: async () => answers[asked++] ?? [],
      connectTimeoutMs: 1_000,
    });
    for (const _ of answers)
      await expect(connectTo(connect, 'rebind.example.com')).rejects.toThrow('not a public address');
    expect(asked).toBe(answers.length);
  });

  test('addresses in the URL never reach a lookup and are blocked all the same', async () => {
    const resolve = async () => expect.fail('nothing to resolve');
    const connect = createGuardedConnector({ ...rules, resolve, connectTimeoutMs: 1_000 });
    for (const address of forbidden) {
      await expect(connectTo(connect, address)).rejects.toThrow(BlockedTargetError);
    }
    await expect(connectTo(connect, '[::1]')).rejects.toThrow(BlockedTargetError);
    await expect(connectTo(connect, 'localhost')).rejects.toThrow(BlockedTargetError);
  });
});

function connectTo(connect: ReturnType<typeof createGuardedConnector>, hostname: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connect({ hostname, host: hostname, protocol: 'http:', port: '9' }, (error, socket) =>
      error ? reject(error) : resolve(socket),
    );
  });
}
