/** One websocket a merchant, as a portal holds it open; notes when each cursor arrived. */
import { systemClock } from '@northwind/service-kit';
import WebSocket from 'ws';
import type { Observations } from './observations.ts';

export interface StreamTarget {
  readonly apiUrl: string;
  /** A key that may ask for any merchant's ticket. */
  readonly apiKey: string;
  readonly merchants: readonly string[];
}

/** Resolves when every socket has its snapshot. The function it returns closes them. */
export async function watchStreams(target: StreamTarget, seen: Observations): Promise<() => void> {
  const sockets = await Promise.all(target.merchants.map((merchantId) => openStream(target, merchantId, seen)));
  return () => {
    for (const socket of sockets) socket.close();
  };
}

async function openStream(
  { apiUrl, apiKey }: StreamTarget,
  merchantId: string,
  seen: Observations,
): Promise<WebSocket> {
  const answer = await fetch(`${apiUrl}/v1/stream-tickets?merchantId=${merchantId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
  });
  if (!answer.ok) throw new Error(`no stream ticket for ${merchantId}: ${answer.status} ${await answer.text()}`);
  const { ticket } = (await answer.json()) as { ticket: string };
  const messages: { offset: bigint; atMs: number }[] = [];
  seen.streamed.set(merchantId, messages);
  const socket = new WebSocket(`${apiUrl.replace('http', 'ws')}/v1/stream?ticket=${ticket}`);
  const ready = Promise.withResolvers<void>();
  socket.on('error', ready.reject);
  socket.on('open', () => socket.send('{"type":"subscribe","cursor":null}'));
  socket.on('message', (data) => {
    const atMs = systemClock.monotonicMs();
    const message = JSON.parse(String(data)) as { cursor: { offset: number } };
    messages.push({ offset: BigInt(message.cursor.offset), atMs });
    ready.resolve();
  });
  await ready.promise;
  return socket;
}
