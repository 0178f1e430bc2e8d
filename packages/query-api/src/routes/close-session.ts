import { endSession } from '../access/end-session.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { principalOf, SESSION_COOKIE } from '../http/authenticate.ts';
import { NO_CONTENT } from '../shapes/no-content.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { sessionCookieOptions } from './open-session.ts';

export function closeSession(app: ApiApp, { db, hub }: ApiContext): void {
  app.delete('/v1/sessions', {
    schema: {
      operationId: 'closeSession',
      summary: 'Sign out',
      description:
        'Ends the session of the cookie and closes its live streams. With an API key there is nothing to end.',
      tags: ['access'],
      security: SIGNED_IN,
      response: { 204: NO_CONTENT, ...problemResponses('unauthenticated', 'origin_forbidden') },
    },
    handler: async (request, reply) => {
      const { credential } = principalOf(request);
      if (credential.kind === 'session') {
        await endSession(db, credential.sessionHash);
        hub.endCredential(credential);
      }
      return reply.clearCookie(SESSION_COOKIE, sessionCookieOptions(request.headers.origin)).code(204).send(null);
    },
  });
}
