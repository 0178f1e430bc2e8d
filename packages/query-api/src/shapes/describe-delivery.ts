import { type Delivery, type DeliverySummary, OUTCOMES } from '@northwind/webhooks';
import type { DeliveryJson, DeliverySummaryJson } from './delivery.ts';

export function describeDelivery({ merchantId: _, ...delivery }: Delivery): DeliveryJson {
  const attempts = delivery.attempts.map((attempt) => ({ ...attempt, outcomeMeaning: OUTCOMES[attempt.outcome] }));
  return { ...delivery, attempts };
}

export function describeDeliverySummary({ merchantId: _, ...summary }: DeliverySummary): DeliverySummaryJson {
  return summary;
}
