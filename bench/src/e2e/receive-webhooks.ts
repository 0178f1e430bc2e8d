/** A merchants' HTTP server: answers 204 and notes when each payout's POST arrived. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@northwind/service-kit';
import type { Observations } from './observations.ts';

export interface WebhookReceiver {
  readonly url: string;
  close(): void;
}

export async function receiveWebhooks(seen: Observations): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const atMs = systemClock.monotonicMs();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(204).end();
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { data: { payoutId: string } };
      const arrivals = seen.posted.get(body.data.payoutId) ?? [];
      seen.posted.set(body.data.payoutId, [...arrivals, atMs]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
