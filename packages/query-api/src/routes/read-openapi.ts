import type { ApiApp } from '../http/api-app.ts';

/** The document that describes the API, generated from the routes' own schemas. */
export function readOpenapi(app: ApiApp): void {
  app.get('/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
}
