import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** The webhook receiver of the demo merchant: what a merchant's own server would do, in its smallest form. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Deliveries whose signature was right, counting each webhook-id once. */
  received(): number;
  /** Deliveries that were refused because their signature was wrong. */
  refused(): number;
  /** Without a secret everything is answered 503: the sender tries again later. */
  useSecret(secret: string): void;
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 1_048_576;
const PATH = '/webhooks';

export async function startReceiver(port: number): Promise<Receiver> {
  let webhook: Webhook | null = null;
  const seen = new Set<string>(); // deliveries are at-least-once: the id tells a second one
  let refused = 0;
  const server = createServer((request, response) => {
    const judge = async (): Promise<number> => {
      if (request.method !== 'POST' || request.url !== PATH) return 404;
      if (webhook === null) return 503;
      const body = await readBody(request);
      try {
        webhook.verify(body, headersOf(request));
      } catch {
        refused += 1;
        return 401;
      }
      seen.add(String(request.headers['webhook-id']));
      return 204;
    };
    judge().then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}${PATH}`,
    port: address.port,
    received: () => seen.size,
    refused: () => refused,
    useSecret: (secret) => {
      webhook = new Webhook(secret);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new Error('body too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
