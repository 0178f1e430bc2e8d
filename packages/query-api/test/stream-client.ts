/** A websocket client with the real `ws`, as a portal or a program is one. */
import { stringify } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import WebSocket from 'ws';
import { type Cursor, parseServerMessage, type ServerMessage } from '../src/stream/protocol.ts';
import type { TestApi } from './start-api.ts';

export interface StreamClient {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[];
  /** Waits until so many messages have come. */
  received(count: number): Promise<ServerMessage[]>;
  /** The code with which the server closed, once it has. */
  closed(): Promise<number>;
  /** The status with which the handshake was refused. */
  refused(): Promise<number>;
  subscribe(cursor?: Cursor | null): void;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly ticket?: string;
  readonly origin?: string;
  readonly url?: string;
}

export async function takeTicket(api: TestApi, key: string, url = api.url): Promise<string> {
  const response = await fetch(`${url}/v1/stream-tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}

export function openStream(url: string, { ticket, origin }: ConnectOptions): StreamClient {
  const query = ticket === undefined ? '' : `?ticket=${ticket}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream${query}`, origin ? { origin } : {});
  const messages: ServerMessage[] = [];
  const closed = Promise.withResolvers<number>();
  const refused = Promise.withResolvers<number>();
  socket.on('message', (data: Buffer) => messages.push(parseServerMessage(data.toString('utf8'))));
  socket.on('close', (code) => closed.resolve(code));
  socket.on('unexpected-response', (_request, response) => {
    refused.resolve(response.statusCode ?? 0);
    response.resume();
    socket.terminate();
  });
  socket.on('error', () => undefined);
  const describe = () => `messages so far: ${messages.map(({ type }) => type).join(', ')}`;
  return {
    socket,
    messages,
    received: async (count) => {
      await eventually(() => messages.length >= count, { describe });
      return messages;
    },
    closed: () => closed.promise,
    refused: () => refused.promise,
    subscribe: (cursor = null) => {
      const text = stringify({ type: 'subscribe', cursor });
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else socket.once('open', () => socket.send(text));
    },
    close: async () => {
      socket.close();
      await closed.promise;
    },
  };
}

/** A client of this merchant that has sent its subscription. */
export async function follow(api: TestApi, key: string, cursor: Cursor | null = null): Promise<StreamClient> {
  const client = openStream(api.url, { ticket: await takeTicket(api, key) });
  client.subscribe(cursor);
  return client;
}

export type Rows = Extract<ServerMessage, { readonly payouts: unknown }>;

export function rowsOf(message: ServerMessage | undefined): Rows {
  if (!message || !('payouts' in message)) throw new Error(`${message?.type} has no rows`);
  return message;
}
