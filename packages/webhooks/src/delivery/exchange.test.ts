/** What receipts tell of time and place, over real sockets. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '@northwind/service-kit';
import { freePort } from '@northwind/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSender } from '../../test/open-sender.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const names = { resolve: async () => ['127.0.0.1'], urlOf: (port: number) => `http://hook.example.com:${port}/a?b=c` };

test('a new connection has its phases, one that is used again has none; both have place and wait', async () => {
  await using stage = await openSender({ ...names, answer: { status: 200, body: 'ok', delayMs: 30 } });
  const first = await stage.send();
  expect(first).toMatchObject({
    dnsMs: expect.any(Number),
    connectMs: expect.any(Number),
    tlsMs: null,
    destinationIp: '127.0.0.1',
    responseSha256: sha256('ok'),
  });
  expect(first.waitMs).toBeGreaterThanOrEqual(28);
  expect(first.waitMs).toBeLessThan(300);
  expect(Date.parse(first.firstByteAt ?? '')).toBeGreaterThan(systemClock.nowMs() - 1_000);
  await turns();
  const second = await stage.send();
  expect(second).toMatchObject({ dnsMs: null, connectMs: null, tlsMs: null, destinationIp: '127.0.0.1' });
  expect(second.waitMs).toBeGreaterThanOrEqual(28);
});

test('the time of a slow name server is the DNS’s', async () => {
  const resolve = async () => {
    await systemClock.sleep(60);
    return ['127.0.0.1'];
  };
  await using stage = await openSender({ ...names, resolve });
  const { dnsMs, connectMs } = await stage.send();
  expect(dnsMs).toBeGreaterThanOrEqual(58);
  expect(connectMs).toBeLessThan(50);
});

test('the request’s headers are those that arrive', async () => {
  await using stage = await openSender(names);
  const { requestHeaders } = await stage.send('{"ü":1}');
  const [request] = stage.merchant.requests;
  expect(requestHeaders).toEqual(request?.headers);
  expect(requestHeaders).toMatchObject({ host: `hook.example.com:${stage.port}`, 'content-length': '8' });
});

test('many at once: each has the phases of its own connection', async () => {
  await using stage = await openSender({ ...names, answer: { status: 200, delayMs: 20 } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => stage.send()));
  for (const answer of answers) expect(answer).toMatchObject({ dnsMs: expect.any(Number), destinationIp: '127.0.0.1' });
  await turns();
  const again = await Promise.all(Array.from({ length: 20 }, () => stage.send()));
  for (const answer of again) expect(answer).toMatchObject({ dnsMs: null, destinationIp: '127.0.0.1' });
});

test('a cookie that the endpoint sets is not kept', async () => {
  const headers = { 'set-cookie': 'session=abc', 'x-other': 'kept' };
  await using stage = await openSender({ answer: { status: 200, headers } });
  const { responseHeaders } = await stage.send();
  expect(responseHeaders).toMatchObject({ 'set-cookie': '[redacted]', 'x-other': 'kept' });
});

test('a refused connection tells where it was tried and that nothing was sent', async () => {
  const port = await freePort();
  await using stage = await openSender({ ...names, urlOf: () => `http://hook.example.com:${port}/` });
  expect(await stage.send()).toMatchObject({
    outcome: 'connection_refused',
    dnsMs: expect.any(Number),
    connectMs: null,
    destinationIp: '127.0.0.1',
    requestHeaders: null,
    firstByteAt: null,
    waitMs: null,
  });
});

test('an answer that does not come leaves what was sent and where, and no wait', async () => {
  await using stage = await openSender({ ...names, answer: { hang: true } });
  expect(await stage.send()).toMatchObject({
    outcome: 'timeout',
    connectMs: expect.any(Number),
    destinationIp: '127.0.0.1',
    requestHeaders: { 'webhook-id': 'msg_1' },
    firstByteAt: null,
    waitMs: null,
    responseSha256: null,
  });
});

test('a blocked target tells nothing but that', async () => {
  await using stage = await openSender({ ...names, resolve: async () => ['1.1.1.1', '10.1.2.3'] });
  const answer = await stage.send();
  const { outcome, detail, ...rest } = answer;
  expect(outcome).toBe('blocked_target');
  expect(JSON.stringify(answer)).not.toMatch(/10\.1|1\.1\.1/);
  expect(Object.values(rest).filter((value) => value !== null && value !== false)).toEqual([]);
  expect(detail).not.toBeNull();
});

/** The client uses a connection again when the event loop has been round without finding anything unasked-for on it. */
const turns = () => systemClock.sleep(50);

let folder: string;
const trusted = getCACertificates('default');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
  const subject = ['-subj', '/CN=hook.example.com', '-addext', 'subjectAltName=DNS:hook.example.com'];
  const files = ['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
  setDefaultCACertificates([...trusted, readFileSync(path.join(folder, 'cert.pem'), 'utf8')]);
});

afterAll(() => {
  setDefaultCACertificates(trusted);
  rmSync(folder, { recursive: true });
});

test('TLS has its own phase, with the name in SNI; a name that is not the certificate’s is refused', async () => {
  let sni: unknown;
  const read = (file: string) => readFileSync(path.join(folder, file));
  const server = createServer({ key: read('key.pem'), cert: read('cert.pem') }, (request, response) => {
    sni = (request.socket as { servername?: unknown }).servername;
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const at = (name: string) => ({ ...names, totalDeadlineMs: 3_000, urlOf: () => `https://${name}:${port}/` });
  {
    await using stage = await openSender(at('hook.example.com'));
    expect(await stage.send()).toMatchObject({
      outcome: 'delivered',
      dnsMs: expect.any(Number),
      connectMs: expect.any(Number),
      tlsMs: expect.any(Number),
    });
    expect(sni).toBe('hook.example.com');
    await using other = await openSender(at('other.example.com'));
    expect(await other.send()).toMatchObject({
      outcome: 'tls_failed',
      connectMs: expect.any(Number),
      tlsMs: null,
      requestHeaders: null,
    });
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
