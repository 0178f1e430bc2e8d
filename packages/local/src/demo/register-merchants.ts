import { createApiKey } from '@northwind/query-api';
import type { DemoDatabase } from './demo-database.ts';
import { runAtOnce } from './run-at-once.ts';

/** A merchant as the API knows it. */
export interface RegisteredMerchant {
  readonly merchantId: string;
  readonly apiKey: string;
  /** Of its webhook endpoint. */
  readonly secret: string;
}

export interface RegisterOptions {
  readonly database: DemoDatabase;
  readonly apiUrl: string;
  readonly merchantIds: readonly string[];
  /** Where a merchant's webhooks go. */
  readonly webhookUrl: (merchantId: string) => string;
  readonly signal: AbortSignal;
  readonly onRegistered: (count: number) => void;
}

const AT_ONCE = 16;

/** Gives every merchant an API key, and registers its webhook endpoint over the API, as a merchant would. */
export async function registerMerchants(options: RegisterOptions): Promise<RegisteredMerchant[]> {
  const { database, apiUrl, merchantIds, webhookUrl, signal, onRegistered } = options;
  const merchants: RegisteredMerchant[] = [];
  await runAtOnce(merchantIds, AT_ONCE, async (merchantId) => {
    signal.throwIfAborted();
    const wanted = { role: 'merchant', merchantId, name: 'demo' } as const;
    const { key: apiKey } = await createApiKey(database.db, wanted);
    const response = await fetch(`${apiUrl}/v1/webhook-endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: webhookUrl(merchantId) }),
    });
    const body = (await response.json()) as { secret?: string };
    if (!response.ok || typeof body.secret !== 'string') {
      throw new Error(`the webhook endpoint of ${merchantId} was refused: ${response.status} ${JSON.stringify(body)}`);
    }
    merchants.push({ merchantId, apiKey, secret: body.secret });
    onRegistered(merchants.length);
  });
  return merchants;
}
