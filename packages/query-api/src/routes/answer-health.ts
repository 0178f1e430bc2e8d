import { answerHealth as healthAnswer } from '@northwind/service-kit';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';

/** For load balancers and Prometheus; not part of the published API. */
export function answerHealth(app: ApiApp, { health, registry }: ApiContext): void {
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      const answer = await healthAnswer(path, health, registry);
      if (!answer) throw new Error(`no health answer for ${path}`);
      return reply.code(answer.status).type(answer.contentType).send(answer.body);
    });
  }
}
