/** The body of a test: nothing happened to any payout. */
import { stringify } from '@northwind/service-kit';
import { z } from 'zod';
import { endpointId, merchantId, timestamp } from './body-fields.ts';

const MESSAGE = 'A test that you asked for. No payout changed.';

export const testBody = z.object({
  type: z.literal('webhook.test'),
  timestamp,
  data: z.object({ endpointId, merchantId, message: z.string() }),
});

export interface TestToTell {
  readonly endpointId: string;
  readonly merchantId: string;
  readonly timestamp: string;
}

export function buildTestBody({ endpointId, merchantId, timestamp }: TestToTell): string {
  return stringify({ type: 'webhook.test', timestamp, data: { endpointId, merchantId, message: MESSAGE } });
}
