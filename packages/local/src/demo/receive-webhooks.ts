import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@northwind/service-kit';
import { Webhook } from 'standardwebhooks';

/** A delivery whose signature is right. */
export interface ReceivedWebhook {
  readonly webhookId: string;
  readonly merchantId: string;
  readonly payoutId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly partition: number;
  readonly offset: bigint;
  /** On the demo's own monotonic clock. */
  readonly receivedAtMs: number;
}

export interface WebhookReceiver {
  urlOf(merchantId: string): string;
  useSecret(merchantId: string, secret: string): void;
  /** The first right delivery of each webhook id. */
  received(): readonly ReceivedWebhook[];
  repeated(): number;
  /** What was wrong about the others. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

/** Every merchant's web server in one: verifies with the `standardwebhooks` package, which is not ours. */
export async function receiveWebhooks(clock: Clock): Promise<WebhookReceiver> {
  const verifiers = new Map<string, Webhook>();
  const received = new Map<string, ReceivedWebhook>();
  const problems: string[] = [];
  let repeated = 0;

  const judge = async (request: IncomingMessage): Promise<number> => {
    const body = await readBody(request);
    const receivedAtMs = clock.monotonicMs();
    const merchantId = decodeURIComponent(request.url?.slice(1) ?? '');
    const webhookId = String(request.headers['webhook-id']);
    try {
      verifiers.get(merchantId)?.verify(body, headersOf(request));
      const webhook = { webhookId, receivedAtMs, ...readWebhook(body) };
      if (webhook.merchantId !== merchantId) throw new Error(`meant for ${webhook.merchantId}`);
      if (received.has(webhookId)) repeated += 1;
      else received.set(webhookId, webhook);
      return 204;
    } catch (error) {
      problems.push(`webhook ${webhookId} to ${merchantId}: ${error instanceof Error ? error.message : error}`);
      return 400;
    }
  };
  const server = createServer((request, response) => {
    judge(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  // A connection that is closed at the moment of its next use is an attempt that failed; merchants keep theirs longer.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (merchantId) => `http://127.0.0.1:${port}/${encodeURIComponent(merchantId)}`,
    useSecret: (merchantId, secret) => void verifiers.set(merchantId, new Webhook(secret)),
    received: () => [...received.values()],
    repeated: () => repeated,
    problems: () => problems,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type WebhookBody = Pick<
  ReceivedWebhook,
  'merchantId' | 'payoutId' | 'amountMinor' | 'currency' | 'partition' | 'offset'
>;

function readWebhook(body: string): WebhookBody {
  const { type, data } = JSON.parse(body) as { type: string; data: Record<string, string | number> };
  if (type !== 'payout.settled') throw new Error(`its type is ${type}`);
  if (data.status !== 'settled') throw new Error(`its status is ${data.status}`);
  return {
    merchantId: String(data.merchantId),
    payoutId: String(data.payoutId),
    amountMinor: BigInt(data.amountMinor ?? 0),
    currency: String(data.currency),
    partition: Number(data.partition),
    offset: BigInt(data.offset ?? -1),
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
