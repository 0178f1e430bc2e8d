import type { Server } from 'node:http';
import type { Registry } from 'prom-client';
import { createService } from '../lifecycle/create-service.ts';
import type { Service } from '../lifecycle/service.ts';
import { answerHealth } from './answer-health.ts';
import type { Health } from './create-health.ts';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 means: none. The service then starts and stops and listens nowhere. */
  readonly port: number;
  readonly health: Health;
  readonly registry: Registry;
}

/** `GET /health/live`, `/health/ready` and `/metrics` on a port of their own. */
export function healthServer({ host, port, health, registry }: HealthServerOptions): Service {
  let server: Server | null = null;
  return createService({
    name: 'health server',
    start: async () => {
      if (port === 0) return;
      server = http().createServer((request, response) => {
        const path = (request.url ?? '/').split('?')[0] ?? '/';
        answerHealth(path, health, registry).then(
          (answer) => {
            response.writeHead(answer?.status ?? 404, { 'content-type': answer?.contentType ?? 'text/plain' });
            response.end(answer?.body ?? 'not found\n');
          },
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
      await listen(server, host, port);
    },
    stop: async () => {
      const closing = server;
      server = null;
      if (closing) await close(closing);
    },
  });
}

/**
 * Not imported: an import asks the module for each of its names, and some of them load a whole HTTP client that nobody
 * uses here, which is a tenth of a service's start.
 */
function http(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
