import { Counter, type Logger, type Registry } from '@northwind/service-kit';
import type { HealthEvent } from './record-health.ts';

export type ReportHealth = (event: HealthEvent) => void;

export interface HealthReportOptions {
  readonly logger: Logger;
  /** Without one nothing is exported. */
  readonly registry: Registry | undefined;
}

const SAID: Readonly<Record<HealthEvent['kind'], string>> = {
  circuit_opened: 'an endpoint only fails: nothing but a probe is sent until one succeeds',
  circuit_closed: 'an endpoint answers again',
  warned: 'an endpoint that only fails is on its way to be disabled',
  disabled: 'an endpoint was disabled; what is pending for it waits',
};

/** Tells the operator what became of merchants' endpoints, each once. */
export function createHealthReport({ logger, registry }: HealthReportOptions): ReportHealth {
  const events = registry && createCounter(registry);
  return ({ kind, ...endpoint }) => {
    events?.inc({ kind });
    const fields = { event: `endpoint.${kind}`, ...endpoint };
    if (kind === 'circuit_closed') logger.info(fields, SAID[kind]);
    else logger.warn(fields, SAID[kind]);
  };
}

function createCounter(registry: Registry) {
  return new Counter({
    name: 'webhook_endpoint_events_total',
    help: 'Endpoints whose circuit opened or closed, that were warned, or that were disabled',
    labelNames: ['kind'],
    registers: [registry],
  });
}
