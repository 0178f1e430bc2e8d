import type { Registry } from 'prom-client';
import { stringify } from '../stringify.ts';
import type { Health } from './create-health.ts';

export interface HealthAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The answer to `/health/live`, `/health/ready` and `/metrics`, for any HTTP server; null for other paths. */
export async function answerHealth(path: string, health: Health, registry: Registry): Promise<HealthAnswer | null> {
  switch (path) {
    case '/health/live':
      return { status: 200, contentType: 'application/json', body: stringify({ status: 'ok' }) };
    case '/health/ready': {
      const ready = health.ready();
      const body = stringify({ status: ready ? 'ok' : 'failing', components: health.components() });
      return { status: ready ? 200 : 503, contentType: 'application/json', body };
    }
    case '/metrics':
      return { status: 200, contentType: registry.contentType, body: await registry.metrics() };
    default:
      return null;
  }
}
