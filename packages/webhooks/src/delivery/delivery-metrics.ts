import { Counter, Gauge, Histogram, type Registry } from '@northwind/service-kit';
import type { Outcome } from './outcome.ts';

export interface DeliveryMetrics {
  planned(deliveries: number): void;
  attempted(outcome: Outcome, durationMs: number): void;
  /** A worker vanished while it sent. */
  lost(): void;
}

export interface DeliveryMetricsOptions {
  /** Without one nothing is exported. */
  readonly registry: Registry | undefined;
  readonly inFlight: () => number;
}

export function createDeliveryMetrics({ registry, inFlight }: DeliveryMetricsOptions): DeliveryMetrics {
  if (registry === undefined) return { planned: () => undefined, attempted: () => undefined, lost: () => undefined };
  const registers = [registry];
  const planned = new Counter({
    name: 'webhook_deliveries_planned_total',
    help: 'Deliveries planned from payout transitions',
    registers,
  });
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'From the start of an attempt to the end of its answer',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  new Gauge({
    name: 'webhook_attempts_in_flight',
    help: 'Attempts that are being sent',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  return {
    planned: (deliveries) => planned.inc(deliveries),
    attempted(outcome, durationMs) {
      attempts.inc({ outcome });
      duration.observe(durationMs / 1_000);
    },
    lost: () => attempts.inc({ outcome: 'lease_expired' satisfies Outcome }),
  };
}
