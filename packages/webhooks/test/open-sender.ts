/** A sender by itself, and an endpoint for it: a fake merchant, or a raw socket that does what a script says. */
import { createServer, type Socket } from 'node:net';
import { systemClock } from '@northwind/service-kit';
import { type MerchantBehaviour, startFakeMerchant } from '@northwind/testing';
import { expect } from 'vitest';
import { createDeadlineWatch } from '../src/delivery/deadline-watch.ts';
import { createSender, type SenderOptions } from '../src/delivery/sender.ts';

export interface SenderWish extends Partial<SenderOptions> {
  readonly answer?: MerchantBehaviour;
  /** What a raw socket does once a request has begun to arrive. */
  readonly script?: (socket: Socket) => unknown;
  /** What a raw socket does as soon as it is accepted. */
  readonly onConnection?: (socket: Socket) => unknown;
  /** Instead of 127.0.0.1 and the port that listens. */
  readonly urlOf?: (port: number) => string;
}

export async function openSender({ answer = {}, script, onConnection, urlOf, ...options }: SenderWish) {
  const deadlines = createDeadlineWatch(systemClock);
  await deadlines.service.start();
  const merchant = await startFakeMerchant({ answer });
  const sockets = new Set<Socket>();
  const raw = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    onConnection?.(socket);
    if (script) socket.on('data', (data) => data.includes('POST ') && script(socket));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  const isRaw = script !== undefined || onConnection !== undefined;
  const port = isRaw ? (raw.address() as { port: number }).port : Number(new URL(merchant.url).port);
  const url = urlOf ? urlOf(port) : `http://127.0.0.1:${port}/`;
  const unexpected: unknown[] = [];
  const sender = createSender({
    clock: systemClock,
    deadlines,
    totalDeadlineMs: 400,
    allowInsecureTargets: true,
    resolve: async () => [],
    onUnexpectedError: (error) => unexpected.push(error),
    ...options,
  });
  return {
    merchant,
    port,
    openSockets: () => sockets.size,
    send: (body = '{}') => sender.send({ url, webhookId: 'msg_1', body, keys: [Buffer.alloc(32)], timeoutMs: null }),
    async [Symbol.asyncDispose]() {
      await sender.close();
      await deadlines.service.stop();
      await merchant.stop();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => raw.close(resolve));
      expect(unexpected).toEqual([]);
    },
  };
}

export function drip(socket: Socket, head: string, drop: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(drop), 5);
  socket.on('close', () => clearInterval(timer));
}
