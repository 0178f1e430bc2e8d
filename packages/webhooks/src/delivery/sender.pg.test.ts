/** A sender against receivers that mean no good, over real sockets. */
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { eventually } from '@northwind/testing';
import { describe, expect, test } from 'vitest';
import { drip, openSender as open } from '../../test/open-sender.ts';
import { RESPONSE_BODY_BYTES_MAX } from '../limits.ts';

const MEBIBYTE = 1_048_576;

describe('a body', () => {
  test('beyond 64 KiB is cut, and the connection with it', async () => {
    await using stage = await open({ answer: { status: 200, body: Buffer.alloc(MEBIBYTE, 'x') } });
    const answer = await stage.send();
    expect(answer).toMatchObject({ outcome: 'delivered', responseTruncated: true });
    expect(answer.responseBody).toBe('x'.repeat(RESPONSE_BODY_BYTES_MAX));
  });

  test('of exactly 64 KiB is whole', async () => {
    await using stage = await open({ answer: { status: 200, body: Buffer.alloc(RESPONSE_BODY_BYTES_MAX, 'x') } });
    expect(await stage.send()).toMatchObject({ responseTruncated: false, responseBody: 'x'.repeat(65_536) });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (zeros: Buffer) => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('that is a %s bomb costs 64 KiB', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(50 * MEBIBYTE));
    await using stage = await open({ answer: { status: 200, headers: { 'content-encoding': encoding }, body: bomb } });
    const before = process.memoryUsage().rss;
    const answer = await stage.send();
    expect(answer).toMatchObject({ outcome: 'delivered', responseTruncated: true });
    expect(answer.responseBody).toBe('\ufffd'.repeat(RESPONSE_BODY_BYTES_MAX));
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * MEBIBYTE);
  });

  test('that is compressed is read decoded; one that lies about it is kept as far as it goes', async () => {
    const headers = { 'content-encoding': 'gzip' };
    await using stage = await open({ answer: { status: 500, headers, body: gzipSync('kaputt') } });
    expect(await stage.send()).toMatchObject({ responseBody: 'kaputt', responseTruncated: false });
    stage.merchant.answerWith({ status: 200, headers, body: 'not gzip' });
    expect(await stage.send()).toMatchObject({ outcome: 'delivered', responseBody: '', responseTruncated: true });
    stage.merchant.answerWith({ status: 200, headers, body: '' });
    expect(await stage.send()).toMatchObject({ responseBody: '', responseTruncated: false });
    stage.merchant.answerWith({ status: 200, headers, body: gzipSync('x'.repeat(99_999)).subarray(0, -20) });
    expect(await stage.send()).toMatchObject({ outcome: 'delivered', responseTruncated: true });
  });

  test('that PostgreSQL could not hold is made so that it can', async () => {
    await using stage = await open({ answer: { status: 200, body: Buffer.from([0x61, 0, 0xff, 0x62]) } });
    expect(await stage.send()).toMatchObject({ responseBody: 'a\ufffd\ufffdb' });
  });

  test('cut inside of a character loses that character only', async () => {
    await using stage = await open({ answer: { status: 200, body: `a${'ü'.repeat(40_000)}` } });
    expect((await stage.send()).responseBody).toBe(`a${'ü'.repeat(32_767)}`);
  });
});

describe('a receiver that', () => {
  test('never answers ends at the deadline', async () => {
    await using stage = await open({ script: () => undefined });
    expect(await stage.send()).toMatchObject({ outcome: 'timeout', responseStatus: null });
  });

  test('drips its headers byte by byte ends at the deadline', async () => {
    await using stage = await open({ script: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-y: ', 'z') });
    expect(await stage.send()).toMatchObject({ outcome: 'timeout', responseStatus: null });
  });

  test('says 200 and then drips its body has the delivery, and holds us no longer than the deadline', async () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    await using stage = await open({ script: (socket) => drip(socket, head, '1\r\nx\r\n') });
    const answer = await stage.send();
    expect(answer).toMatchObject({ outcome: 'delivered', responseStatus: 200, responseTruncated: true });
    expect(answer.responseBody).toMatch(/^x+$/);
    await eventually(() => stage.openSockets() === 0);
  });

  test('resets in the middle of its body has the delivery', async () => {
    const script = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\npart', () => socket.resetAndDestroy());
    };
    await using stage = await open({ script });
    expect(await stage.send()).toMatchObject({ outcome: 'delivered', responseTruncated: true });
  });

  test('floods with headers is an invalid response', async () => {
    const script = (socket: Socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x-flood: 1\r\n'.repeat(10_000)}\r\n`);
    await using stage = await open({ script });
    expect(await stage.send()).toMatchObject({ outcome: 'response_invalid', responseStatus: null });
  });

  test('does not speak HTTP is an invalid response', async () => {
    await using stage = await open({ script: (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n') });
    expect(await stage.send()).toMatchObject({ outcome: 'response_invalid' });
  });

  test('sends 100-continue for ever ends at the deadline', async () => {
    await using stage = await open({ script: (socket) => drip(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n') });
    const answer = await stage.send();
    expect(['timeout', 'connection_reset']).toContain(answer.outcome);
  });

  test('switches protocols has nothing delivered', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
    await using stage = await open({ script: (socket) => socket.write(head) });
    expect((await stage.send()).outcome).not.toBe('delivered');
  });

  test('smuggles a second answer is not asked again on that connection with a stale one', async () => {
    const smuggled = 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
    await using stage = await open({ script: (socket) => socket.write(smuggled) });
    expect((await stage.send()).outcome).toBe('server_error');
    expect((await stage.send()).outcome).not.toBe('delivered');
  });
});

test('connections are kept alive', async () => {
  await using stage = await open({ answer: { status: 200, body: 'ok' } });
  for (let i = 0; i < 5; i += 1) expect((await stage.send()).outcome).toBe('delivered');
  expect(stage.merchant.requests).toHaveLength(5);
  const { headers, method } = stage.merchant.requests[4] ?? {};
  expect(method).toBe('POST');
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'accept-encoding': 'identity' });
});
