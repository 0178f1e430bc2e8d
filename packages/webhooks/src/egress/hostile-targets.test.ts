/**
 * Every target of test/hostile-targets.json is sent to, and none is reached. A name resolves to loopback unless its
 * script says otherwise, and there a listener counts: whatever slips through arrives. Connection attempts are watched
 * where Node makes them, so one to anywhere else is seen as well.
 */
import { readFileSync } from 'node:fs';
import { BlockList, createServer, isIP, Socket } from 'node:net';
import { systemClock } from '@northwind/service-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDeadlineWatch } from '../delivery/deadline-watch.ts';
import { createSender, type Sender } from '../delivery/sender.ts';
import { createGuardedConnector, createGuardedLookup, resolveAllowed } from './guarded-connector.ts';
import type { ResolveHost } from './resolve-host.ts';

type Answer =
  | readonly string[]
  | { readonly error: string }
  | { readonly repeat: string; readonly times: number; readonly then: readonly string[] }
  | { readonly afterMs: number; readonly addresses: readonly string[] }
  | { readonly never: true };

interface HostileTarget {
  readonly class: string;
  readonly url: string;
  /** One for each time it is asked; the last one stays. */
  readonly dns?: readonly Answer[];
}

const file = new URL('../../test/hostile-targets.json', import.meta.url);
const targets: readonly HostileTarget[] = JSON.parse(readFileSync(file, 'utf8'));
const strict = { allowInsecureTargets: false };
const DEADLINE_MS = 250;

const attempted: string[] = [];
let connections = 0;
const listener = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
let port = 0;
const deadlines = createDeadlineWatch(systemClock);

beforeAll(async () => {
  await deadlines.service.start();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as { port: number }).port;
  const connect = Socket.prototype.connect as (this: Socket, ...all: unknown[]) => Socket;
  const watched = function (this: Socket, ...all: unknown[]) {
    this.on('connectionAttempt', (ip: string) => attempted.push(ip));
    return connect.apply(this, all);
  };
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(watched as typeof Socket.prototype.connect);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await deadlines.service.stop();
  await new Promise((resolve) => listener.close(resolve));
});
beforeEach(() => {
  attempted.length = 0;
  connections = 0;
});

test('the watch sees a connection that is allowed', async () => {
  const url = `http://hook.example.com:${port}/`;
  await send(senderFor({ class: '', url }, { allowInsecureTargets: true }), url);
  expect(attempted).toEqual(['127.0.0.1']);
  expect(connections).toBe(1);
});

test('there are hundreds, of every class that SPEC.md counts', () => {
  const spec = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8');
  for (const [name, group] of Map.groupBy(targets, (target) => target.class)) {
    expect(spec).toMatch(new RegExp(`^\\| ${name} +\\| +${group.length} +\\|$`, 'm'));
  }
  expect(spec).toMatch(new RegExp(`^\\| all +\\| +${targets.length} +\\|$`, 'm'));
  expect(targets.length).toBeGreaterThanOrEqual(200);
});

describe.each([...Map.groupBy(targets, (target) => target.class)])('%s', (_, group) => {
  test.each(group.map((target) => [JSON.stringify(target.url), target] as const))('%s', async (_url, target) => {
    const { outcome } = await send(senderFor(target, strict), target.url);
    expect(['blocked_target', 'dns_failed', 'connect_timeout', 'timeout']).toContain(outcome);
    // Past the first line: the connector alone, on a port where somebody listens.
    if (URL.canParse(target.url)) await expect(connectTo(new URL(target.url).hostname, target)).rejects.toThrow();
    expect(attempted).toEqual([]);
    expect(connections).toBe(0);
  });
});

/** What IANA calls special, judged by Node. Two lists: in one, ::/8 would hold every IPv4 address as a mapped one. */
const special = { v4: new BlockList(), v6: new BlockList() };
for (const range of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  '::/8 64:ff9b::/32 100::/8 2001::/23 2001:db8::/32 2002::/16 3fff::/20 4000::/2 8000::/1',
].flatMap((line) => line.split(' '))) {
  const [network = '', length] = range.split('/');
  if (isIP(network) === 6) special.v6.addSubnet(network, Number(length), 'ipv6');
  else special.v4.addSubnet(network, Number(length), 'ipv4');
}
const isSpecial = (address: string) =>
  isIP(address) === 6 ? special.v6.check(address, 'ipv6') : special.v4.check(address, 'ipv4');

describe('for any answers of the DNS', () => {
  const publicAddress = fc.constantFrom('1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450:4001::1');
  const anyAnswer = fc.array(fc.oneof(publicAddress, publicAddress, fc.ipV4(), fc.ipV6()), { maxLength: 40 });

  test('a lookup gives addresses that are all public, or none', async () => {
    let given = 0;
    await fc.assert(
      fc.asyncProperty(anyAnswer, async (answer) => {
        const lookup = createGuardedLookup({ ...strict, resolve: async () => answer, connectTimeoutMs: 100 });
        const found = await new Promise<readonly { readonly address: string }[]>((resolve) => {
          lookup('hook.example.com', { all: true }, (error, all) => resolve(error ? [] : (all as [])));
        });
        given += found.length;
        for (const { address } of found) expect(isSpecial(address), address).toBe(false);
        if (answer.some(isSpecial)) expect(found).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(given).toBeGreaterThan(100); // or it would hold by giving nothing
  });

  test('an answer that changes between the check and the connection reaches nothing inside', async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.ipV4().filter(isSpecial), async (checked, rebound) => {
        attempted.length = 0;
        const answers = [checked, [rebound]];
        const resolve = async () => answers.shift() ?? [rebound];
        await resolveAllowed('hook.example.com', resolve, strict).catch(() => undefined);
        const connect = createGuardedConnector({ ...strict, resolve, connectTimeoutMs: 100 });
        await expect(open(connect, 'hook.example.com')).rejects.toThrow('not a public address');
        expect(attempted).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

async function send(sender: Sender, url: string) {
  const answer = await sender.send({ url, webhookId: 'msg_1', body: '{}', keys: [Buffer.alloc(32)], timeoutMs: null });
  await sender.close();
  return answer;
}

function senderFor(target: HostileTarget, rules: { readonly allowInsecureTargets: boolean }): Sender {
  return createSender({
    ...rules,
    clock: systemClock,
    deadlines,
    totalDeadlineMs: DEADLINE_MS,
    resolve: scripted(target),
    onUnexpectedError: (error) => {
      throw error;
    },
  });
}

/** As it was registered: the first answer has been seen to be fine, if there is another one. */
function scripted({ dns = [['127.0.0.1']] }: HostileTarget): ResolveHost {
  const answers = dns.slice(Math.min(1, dns.length - 1));
  return async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) return [];
    if ('error' in answer) throw Object.assign(new Error(answer.error), { code: 'HOST_NOT_FOUND' });
    if ('never' in answer) return new Promise(() => undefined);
    if ('repeat' in answer) return [...Array(answer.times).fill(answer.repeat), ...answer.then];
    if (!('afterMs' in answer)) return [...answer];
    await systemClock.sleep(answer.afterMs);
    return [...answer.addresses];
  };
}

function connectTo(hostname: string, target: HostileTarget): Promise<unknown> {
  return open(
    createGuardedConnector({ ...strict, resolve: scripted(target), connectTimeoutMs: DEADLINE_MS }),
    hostname,
  );
}

function open(connect: ReturnType<typeof createGuardedConnector>, hostname: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connect({ hostname, host: hostname, protocol: 'http:', port: String(port) }, (error, socket) =>
      error ? reject(error) : resolve(socket),
    );
  });
}
