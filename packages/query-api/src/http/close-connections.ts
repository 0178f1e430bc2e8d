/**
 * A node that stops waits for the requests that are under way, and a client would keep their connections for the next
 * ones: each last answer tells it not to.
 */
import type { ApiApp } from './api-app.ts';

export function closeConnections(app: ApiApp): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) void reply.header('connection', 'close');
  });
}
