import { type Delivery, OUTCOMES } from '@northwind/webhooks';
import type { DeliveryJson } from './delivery.ts';

export function describeDelivery({ merchantId: _, ...delivery }: Delivery): DeliveryJson {
  const attempts = delivery.attempts.map(({ secretVersion: _version, ...attempt }) => ({
    ...attempt,
    outcomeMeaning: OUTCOMES[attempt.outcome],
  }));
  return { ...delivery, attempts };
}
