import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@northwind/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startTcpProxy, type TcpProxy } from './start-tcp-proxy.ts';

/** A server that answers each message with the same, and the client's end of a connection to it through the proxy. */
let server: Server;
let proxy: TcpProxy;
let served: Socket[];
const clients: Socket[] = [];

beforeEach(async () => {
  served = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    served.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of [...clients.splice(0), ...served]) socket.destroy();
  await proxy.stop();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

interface Client {
  readonly socket: Socket;
  readonly errors: string[];
  heard(): string;
}

async function dial(): Promise<Client> {
  const socket = connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true });
  clients.push(socket);
  const errors: string[] = [];
  let heard = '';
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  await once(socket, 'connect');
  return { socket, errors, heard: () => heard };
}

const hears = (client: Client, text: string) => eventually(() => expect(client.heard()).toBe(text));

describe('the TCP proxy', () => {
  test('passes everything on, and the end of it', async () => {
    const client = await dial();
    client.socket.write('ping');
    await hears(client, 'ping');
    client.socket.end();
    await once(client.socket, 'close');
    await eventually(() => proxy.connections() === 0);
  });

  test('cut resets both ends', async () => {
    const client = await dial();
    client.socket.write('ping');
    await hears(client, 'ping');
    proxy.cut();
    await eventually(() => expect(client.errors).toEqual(['ECONNRESET']));
    await eventually(() => served[0]?.destroyed === true);
  });

  test('refuse takes no connection until it heals, on the same port', async () => {
    await proxy.refuse();
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.heal();
    const client = await dial();
    client.socket.write('ping');
    await hears(client, 'ping');
  });

  test('stall keeps the connection open and silent; what was sent arrives once it heals', async () => {
    const client = await dial();
    proxy.stall();
    client.socket.write('one');
    await systemClock.sleep(100);
    expect([client.heard(), client.errors, served[0]?.bytesRead ?? 0]).toEqual(['', [], 0]);
    await proxy.heal();
    await hears(client, 'one');
  });

  test('half-open inwards: the server hears and answers, the client learns of nothing, not of the end', async () => {
    const client = await dial();
    client.socket.write('one');
    await hears(client, 'one');
    proxy.halfOpen('in');
    client.socket.write('two');
    await eventually(() => expect(served[0]?.bytesRead).toBe(6));
    served[0]?.end();
    await systemClock.sleep(100);
    expect([client.heard(), client.socket.readableEnded, client.errors]).toEqual(['one', false, []]);
    const another = await dial();
    another.socket.write('whole');
    await hears(another, 'whole');
  });

  test('half-open outwards: the server waits for ever, and can still be heard', async () => {
    const client = await dial();
    client.socket.write('one');
    await hears(client, 'one');
    proxy.halfOpen('out');
    client.socket.write('two');
    client.socket.end();
    served[0]?.write('!');
    await hears(client, 'one!');
    expect([served[0]?.bytesRead, served[0]?.readableEnded]).toEqual([3, false]);
  });

  test('delay and limit slow it down and keep the order', async () => {
    const client = await dial();
    proxy.delay(80);
    const began = systemClock.monotonicMs();
    client.socket.write('a');
    await hears(client, 'a');
    expect(systemClock.monotonicMs() - began).toBeGreaterThanOrEqual(155); // there and back
    await proxy.heal();
    proxy.limit(2_000);
    const text = 'x'.repeat(400);
    const limited = systemClock.monotonicMs();
    client.socket.write(text);
    await hears(client, `a${text}`);
    expect(systemClock.monotonicMs() - limited).toBeGreaterThan(150);
  });
});
