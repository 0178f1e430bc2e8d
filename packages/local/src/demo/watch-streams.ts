import { type Cursor, parseServerMessage, type ServerMessage } from '@northwind/query-api/stream-protocol';
import { backoff, type Clock, stringify } from '@northwind/service-kit';
import { WebSocket } from 'ws';
import type { RegisteredMerchant } from './register-merchants.ts';
import { runAtOnce } from './run-at-once.ts';

/** The moment at which a merchant's page knew everything up to an offset. */
export interface Arrival {
  readonly partition: number;
  readonly offset: bigint;
  /** On the demo's own monotonic clock. */
  readonly atMs: number;
}

type StreamedBalance = Extract<ServerMessage, { type: 'snapshot' }>['balances'][number];

/** One merchant's open page: what it shows and when it came to know it. */
export interface WatchedStream {
  readonly merchantId: string;
  readonly arrivals: readonly Arrival[];
  readonly balances: ReadonlyMap<string, StreamedBalance>;
}

export interface StreamWatch {
  readonly streams: ReadonlyMap<string, WatchedStream>;
  messages(): number;
  reconnects(): number;
  resets(): number;
  /** Messages that break the protocol. */
  problems(): readonly string[];
  stop(): void;
}

export interface WatchOptions {
  readonly apiUrl: string;
  readonly merchants: readonly RegisteredMerchant[];
  readonly clock: Clock;
  /** Ends the opening; what is open stays until `stop()`. */
  readonly signal: AbortSignal;
  readonly onOpened: (count: number) => void;
}

const AT_ONCE = 16;
const reconnectDelayMs = backoff({ baseMs: 200, capMs: 2_000 });

/** Opens a page for every merchant; each comes back with its cursor when the connection breaks. */
export async function watchStreams({ apiUrl, merchants, clock, signal, onOpened }: WatchOptions): Promise<StreamWatch> {
  const stopping = new AbortController();
  const tally = { messages: 0, reconnects: 0, resets: 0, problems: [] as string[] };
  const pages = new Map<string, Page>();
  const stop = () => {
    stopping.abort(new DOMException('the demo is over', 'AbortError'));
    for (const page of pages.values()) page.socket?.terminate();
  };
  try {
    await runAtOnce(merchants, AT_ONCE, async (merchant) => {
      signal.throwIfAborted();
      const page: Page = {
        merchantId: merchant.merchantId,
        arrivals: [],
        balances: new Map(),
        cursor: null,
        socket: null,
      };
      pages.set(merchant.merchantId, page);
      await connect(page, { apiUrl, merchant, clock, tally, signal: stopping.signal });
      onOpened(pages.size);
    });
  } catch (error) {
    stop();
    throw error;
  }
  return {
    streams: pages,
    messages: () => tally.messages,
    reconnects: () => tally.reconnects,
    resets: () => tally.resets,
    problems: () => tally.problems,
    stop,
  };
}

interface Page {
  readonly merchantId: string;
  readonly arrivals: Arrival[];
  readonly balances: Map<string, StreamedBalance>;
  cursor: Cursor | null;
  socket: WebSocket | null;
}

interface Connecting {
  readonly apiUrl: string;
  readonly merchant: RegisteredMerchant;
  readonly clock: Clock;
  readonly tally: { messages: number; reconnects: number; resets: number; problems: string[] };
  readonly signal: AbortSignal;
}

/** Resolves at the first answer to the subscription. */
async function connect(page: Page, connecting: Connecting): Promise<void> {
  const { apiUrl, tally, signal } = connecting;
  const ticket = await takeTicket(connecting);
  signal.throwIfAborted();
  const url = `${apiUrl.replace('http', 'ws')}/v1/stream?ticket=${encodeURIComponent(ticket)}`;
  const socket = new WebSocket(url);
  page.socket = socket;
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(stringify({ type: 'subscribe', cursor: page.cursor })));
    socket.on('message', (data) => {
      tally.messages += 1;
      try {
        take(page, parseServerMessage(String(data)), connecting);
      } catch (error) {
        tally.problems.push(`the stream of ${page.merchantId} sent what the protocol doesn't know: ${error}`);
      }
      resolve();
    });
    socket.on('error', reject);
    socket.once('close', (code) => reject(new Error(`the stream was closed with ${code} before it answered`)));
  });
  socket.once('close', () => {
    if (!signal.aborted) void reconnect(page, connecting);
  });
}

async function reconnect(page: Page, connecting: Connecting): Promise<void> {
  const { clock, tally, signal } = connecting;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await clock.sleep(reconnectDelayMs(attempt), signal);
      await connect(page, connecting);
      tally.reconnects += 1;
      return;
    } catch {
      // The API is away: that is what this loop is for.
    }
  }
}

async function takeTicket({ apiUrl, merchant, signal }: Connecting): Promise<string> {
  const response = await fetch(`${apiUrl}/v1/stream-tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${merchant.apiKey}` },
    signal,
  });
  const body = (await response.json()) as { ticket?: string };
  if (typeof body.ticket !== 'string') throw new Error(`no ticket for ${merchant.merchantId}: ${response.status}`);
  return body.ticket;
}

function take(page: Page, message: ServerMessage, { clock, tally }: Connecting): void {
  const { partition, offset } = message.cursor;
  page.cursor = message.cursor;
  page.arrivals.push({ partition, offset, atMs: clock.monotonicMs() });
  if (message.type === 'up_to_date') return;
  if (message.type === 'reset') tally.resets += 1;
  if (message.type === 'reset' || message.type === 'snapshot') page.balances.clear();
  for (const balance of message.balances) page.balances.set(balance.currency, balance);
}
