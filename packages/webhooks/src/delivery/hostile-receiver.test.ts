/** The connection itself as a weapon: what a sender does with receivers that break the rules of HTTP, TCP and TLS. */
import type { Socket } from 'node:net';
import { eventually } from '@northwind/testing';
import { describe, expect, test } from 'vitest';
import { HOSTILE_SCRIPTS, type HostileScript } from '../../test/hostile-scripts.ts';
import { openSender } from '../../test/open-sender.ts';
import { ANSWER_BYTES_MAX, RESPONSE_BODY_BYTES_MAX } from '../limits.ts';
import type { Answer } from './sender.ts';

const expected: Readonly<Record<HostileScript, readonly Answer['outcome'][]>> = {
  'drips its headers': ['timeout'],
  'drips its body': ['delivered'],
  'has a body without end': ['delivered'],
  'has a body without end or length': ['delivered'],
  'sends a gzip bomb': ['delivered'],
  'sends a brotli bomb': ['delivered'],
  'sends a gzip bomb without end': ['delivered'],
  'floods with header lines': ['response_invalid'],
  'has one header without end': ['response_invalid'],
  'has a status line without end': ['response_invalid'],
  'floods with trailers': ['delivered'],
  'has one trailer without end': ['delivered'],
  'has a chunk extension without end': ['delivered', 'response_invalid'],
  'floods with 100 Continue': ['connection_reset', 'response_invalid'],
  'floods with 103 Early Hints': ['response_invalid'],
  'floods with 102 Processing': ['response_invalid'],
  'talks garbage without end': ['response_invalid'],
  'says nothing': ['timeout'],
};

describe('a receiver that', () => {
  test.each(Object.entries(HOSTILE_SCRIPTS))(
    '%s costs a receipt, 64 KiB and the deadline at most',
    async (name, script) => {
      await using stage = await openSender({ script });
      const beganAt = performance.now();
      const answer = await stage.send();
      expect(performance.now() - beganAt).toBeLessThan(2_000); // 400 ms on a machine that does nothing else
      expect(expected[name as HostileScript]).toContain(answer.outcome);
      expect(answer.responseBody?.length ?? 0).toBeLessThanOrEqual(RESPONSE_BODY_BYTES_MAX);
      if (answer.outcome === 'delivered') expect(answer.responseTruncated).toBe(true);
      // An answer that has come to its end leaves its connection open for the next one.
      if (name !== 'sends a gzip bomb' && name !== 'sends a brotli bomb') {
        await eventually(() => stage.openSockets() === 0);
      }
    },
  );

  test.each<HostileScript>([
    'has a status line without end',
    'has a chunk extension without end',
    'floods with trailers',
    'has one trailer without end',
  ])('%s is cut off after a mebibyte, long before the deadline', async (name) => {
    let written = 0;
    const script = (socket: Socket) => {
      socket.once('close', () => {
        written = socket.bytesWritten;
      });
      HOSTILE_SCRIPTS[name](socket);
    };
    await using stage = await openSender({ script, totalDeadlineMs: 20_000 });
    const beganAt = performance.now();
    await stage.send();
    expect(performance.now() - beganAt).toBeLessThan(10_000);
    await eventually(() => written > 0);
    // With what was on its way in the kernel's buffers.
    expect(written).toBeLessThan(16 * ANSWER_BYTES_MAX);
  });

  const say = (text: string) => (socket: Socket) => socket.write(text);

  test.each<[string, (socket: Socket) => unknown, Partial<Answer>]>([
    [
      'redirects to cloud metadata',
      say('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n'),
      { outcome: 'redirect_not_followed', responseStatus: 302 },
    ],
    [
      'redirects with the body to cloud metadata',
      say('HTTP/1.1 307 Temporary Redirect\r\nlocation: https://[fd00:ec2::254]/\r\ncontent-length: 0\r\n\r\n'),
      { outcome: 'redirect_not_followed', responseStatus: 307 },
    ],
    [
      'speaks HTTP/1.0',
      say('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'),
      { outcome: 'delivered', responseBody: 'ok' },
    ],
    ['speaks HTTP/0.9', (socket) => socket.end('<html>ok</html>'), { outcome: 'response_invalid' }],
    ['speaks HTTP/2', say('\0\0\0\x04\0\0\0\0\0'), { outcome: 'response_invalid' }],
    ['hangs up without a word', (socket) => socket.end(), { outcome: 'connection_reset' }],
    ['resets without a word', (socket) => socket.resetAndDestroy(), { outcome: 'connection_reset' }],
    [
      'says how long the body is, and sends less',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'),
      { outcome: 'delivered', responseBody: 'short', responseTruncated: true },
    ],
    [
      'gives two lengths',
      say('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk'),
      { outcome: 'response_invalid' },
    ],
    [
      'gives a length and chunks',
      say('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
      { outcome: 'response_invalid' },
    ],
    ['gives a negative length', say('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'), { outcome: 'response_invalid' }],
    [
      'has a chunk size beyond all measure',
      say('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n'),
      { responseTruncated: true },
    ],
    ['answers with status 999', say('HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n'), { outcome: 'unexpected_status' }],
    ['answers with status 099', say('HTTP/1.1 099 No\r\ncontent-length: 0\r\n\r\n'), { outcome: 'response_invalid' }],
    ...['__proto__', 'constructor', 'toString', 'no-such'].map(
      (encoding): [string, (socket: Socket) => unknown, Partial<Answer>] => [
        `names ${encoding} as the encoding of its body`,
        say(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: 2\r\n\r\nok`),
        { outcome: 'delivered', responseBody: 'ok' },
      ],
    ),
    [
      'sends two early hints and then its answer',
      say(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`),
      { outcome: 'delivered', responseBody: 'ok' },
    ],
  ])('%s', async (_, script, answer) => {
    await using stage = await openSender({ script });
    const got = await stage.send();
    expect(got).toMatchObject(answer);
    expect(stage.merchant.requests).toEqual([]);
  });

  test('accepts and never reads: a large request ends at the deadline', async () => {
    await using stage = await openSender({ onConnection: (socket) => socket.pause() });
    expect(await stage.send('x'.repeat(262_144))).toMatchObject({ outcome: 'timeout', responseStatus: null });
  });

  test('accepts and says nothing of TLS: no connection in time, and the receipt says in which phase', {
    timeout: 15_000,
  }, async () => {
    const urlOf = (port: number) => `https://hook.example.com:${port}/`;
    const resolve = async () => ['127.0.0.1'];
    await using stage = await openSender({ onConnection: () => undefined, urlOf, resolve, totalDeadlineMs: 9_000 });
    expect(await stage.send()).toMatchObject({
      outcome: 'connect_timeout',
      dnsMs: expect.any(Number),
      connectMs: expect.any(Number),
      tlsMs: null,
      requestHeaders: null,
    });
  });

  test('answers TLS with HTTP is no trusted connection', async () => {
    const urlOf = (port: number) => `https://hook.example.com:${port}/`;
    const onConnection = (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await using stage = await openSender({ onConnection, urlOf, resolve: async () => ['127.0.0.1'] });
    expect(await stage.send()).toMatchObject({ outcome: 'tls_failed', requestHeaders: null });
  });

  test('leaves an answer on the connection for the next request does not get it believed', async () => {
    let requests = 0;
    const script = (socket: Socket) => {
      requests += 1;
      const smuggled = requests === 1 ? 'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nsmuggled' : '';
      socket.write(`HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno${smuggled}`);
    };
    await using stage = await openSender({ script });
    for (let i = 0; i < 3; i += 1) {
      const { outcome, responseBody } = await stage.send();
      expect(outcome).not.toBe('delivered');
      expect(responseBody).not.toBe('smuggled');
    }
  });
});
