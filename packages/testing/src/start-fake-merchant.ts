import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@northwind/service-kit';
import { eventually } from './eventually.ts';

export interface MerchantRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case; a repeated one is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they came, which is what a signature is about. */
  readonly rawBody: Buffer;
  readonly arrivedAtMs: number;
}

export interface MerchantAnswer {
  /** 204 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Waits this long before it answers. */
  readonly delayMs?: number;
  /** Never answers: the connection stays open until the caller or `stop()` closes it. */
  readonly hang?: boolean;
  /** Resets the connection instead of answering. */
  readonly reset?: boolean;
}

/** One answer for all, or one for each request; `index` counts requests from 0. */
export type MerchantBehaviour = MerchantAnswer | ((request: MerchantRequest, index: number) => MerchantAnswer);

export interface FakeMerchantOptions {
  readonly answer?: MerchantBehaviour;
  readonly host?: string;
}

export interface FakeMerchant extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly MerchantRequest[];
  /** From now on. */
  answerWith(behaviour: MerchantBehaviour): void;
  /** Resolves with all requests as soon as there are at least `count`. */
  waitForRequests(count: number, timeoutMs?: number): Promise<readonly MerchantRequest[]>;
  stop(): Promise<void>;
}

/** A merchant's webhook endpoint: a real HTTP server that records what it gets and answers as it is told. */
export async function startFakeMerchant(options: FakeMerchantOptions = {}): Promise<FakeMerchant> {
  const { host = '127.0.0.1' } = options;
  const requests: MerchantRequest[] = [];
  const stopping = new AbortController();
  let behaviour: MerchantBehaviour = options.answer ?? {};

  const server = createServer((incoming, response) => {
    receive(incoming)
      .then((request) => {
        const index = requests.push(request) - 1;
        const answer = typeof behaviour === 'function' ? behaviour(request, index) : behaviour;
        return respond(response, answer, stopping.signal);
      })
      // A caller that gave up half-way is part of what is tested.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });

  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopping.abort();
    stopped ??= new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return stopped;
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}/webhooks`,
    requests,
    answerWith: (next) => {
      behaviour = next;
    },
    waitForRequests: async (count, timeoutMs = 10_000) => {
      const describe = () => `${count} requests at the merchant, ${requests.length} came`;
      await eventually(() => requests.length >= count, { timeoutMs, describe });
      return requests;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function receive(incoming: IncomingMessage): Promise<MerchantRequest> {
  const arrivedAtMs = systemClock.nowMs();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    rawBody: Buffer.concat(chunks),
    arrivedAtMs,
  };
}

async function respond(response: ServerResponse, answer: MerchantAnswer, signal: AbortSignal): Promise<void> {
  if (answer.delayMs) await systemClock.sleep(answer.delayMs, signal);
  if (answer.hang) return;
  if (answer.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status ?? 204, answer.headers);
  response.end(answer.body);
}
