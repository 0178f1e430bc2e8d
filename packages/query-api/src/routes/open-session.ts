import { z } from 'zod';
import { exchangeLoginLink, SESSION_TTL_MS } from '../access/exchange-login-link.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { requireOwnOrigin, SESSION_COOKIE } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { NO_CONTENT } from '../shapes/no-content.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { ANYONE } from '../shapes/security.ts';

const TOKEN_LENGTH_MAX = 128;

export function openSession(app: ApiApp, { db, portalOrigin }: ApiContext): void {
  app.post('/v1/sessions', {
    schema: {
      operationId: 'openSession',
      summary: 'Exchange a login link’s token for a session, once',
      description: 'Sets the httpOnly cookie `nw_session`.',
      tags: ['access'],
      security: ANYONE,
      body: z.strictObject({
        token: describe(z.string().min(1).max(TOKEN_LENGTH_MAX), 'From the fragment of the login link.'),
      }),
      response: { 204: NO_CONTENT, ...problemResponses('validation_failed', 'login_refused', 'origin_forbidden') },
    },
    handler: async (request, reply) => {
      // A page of another site must not sign its visitor in as somebody else.
      requireOwnOrigin(request, portalOrigin, 'optional');
      const opened = await exchangeLoginLink(db, request.body.token);
      if (!opened) throw new Problem('login_refused', 'The link was used or has expired. Ask for a new one.');
      return reply
        .setCookie(SESSION_COOKIE, opened.session, {
          ...sessionCookieOptions(request.headers.origin),
          maxAge: SESSION_TTL_MS / 1_000,
        })
        .code(204)
        .send(null);
    },
  });
}

/** Secure wherever the browser came by https, which its Origin says even when a proxy ends TLS before us. */
export function sessionCookieOptions(origin: string | undefined) {
  const secure = origin?.startsWith('https:') ?? false;
  return { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
}
