/** One wide log event and one observation per request. Query strings are left out: tickets travel in them. */
import { Histogram, type Logger, type Registry } from '@northwind/service-kit';
import type { ApiApp } from './api-app.ts';

export interface ObserveOptions {
  readonly logger: Logger;
  readonly registry: Registry;
}

export function observeRequests(app: ApiApp, { logger, registry }: ObserveOptions): void {
  const duration = new Histogram({
    name: 'settlement_api_request_seconds',
    help: 'time to answer one request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    // The pattern, not the path: ids would make every request a metric of its own.
    const route = request.routeOptions.url ?? 'none';
    const { method, id: requestId, principal } = request;
    const { statusCode: status, elapsedTime } = reply;
    duration.observe({ method, route, status: String(status) }, elapsedTime / 1_000);
    const caller = principal && { role: principal.role, callerMerchantId: principal.merchantId };
    const line = { event: 'http.answered', requestId, method, route, status, durationMs: elapsedTime, ...caller };
    if (route.startsWith('/v1/')) logger.info(line, 'request answered');
    else logger.debug(line, 'request answered');
  });
}
