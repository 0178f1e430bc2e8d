/** Who asks: a program by its API key, or a person by the session cookie. */
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { findByApiKey, findBySession } from '../access/find-principal.ts';
import { may, type Principal, type Right } from '../access/principal.ts';
import type { AccessTables } from '../access/tables.ts';
import { isOwnOrigin } from './check-origin.ts';
import { Problem } from './problems.ts';

export const SESSION_COOKIE = 'nw_session';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes that ask nobody who they are. */
    principal: Principal | null;
  }
}

export interface AuthenticateOptions {
  readonly db: Kysely<AccessTables>;
  readonly portalOrigin: string | null;
}

const BEARER = /^Bearer +(\S+) *$/i;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A hook: sets request.principal or refuses. An Authorization header that is there is what counts, right or wrong. */
export function authenticate({ db, portalOrigin }: AuthenticateOptions) {
  return async (request: FastifyRequest): Promise<void> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const key = BEARER.exec(authorization)?.[1];
      request.principal = key === undefined ? null : await findByApiKey(db, key);
      if (!request.principal) throw new Problem('unauthenticated', 'The API key is not known or was revoked.');
      return;
    }
    const session = request.cookies[SESSION_COOKIE];
    if (session === undefined) throw new Problem('unauthenticated', 'Send an API key, or sign in to the portal.');
    if (!SAFE_METHODS.has(request.method)) requireOwnOrigin(request, portalOrigin, 'required');
    request.principal = await findBySession(db, session);
    if (!request.principal) throw new Problem('unauthenticated', 'The session has ended. Sign in again.');
  };
}

/** Against pages of other sites that ride on a cookie. Programs send no Origin; where they may come, it is optional. */
export function requireOwnOrigin(
  request: FastifyRequest,
  portalOrigin: string | null,
  presence: 'required' | 'optional',
): void {
  const { origin, host } = request.headers;
  const own = origin === undefined ? presence === 'optional' : isOwnOrigin(origin, { host, portalOrigin });
  if (!own) throw new Problem('origin_forbidden', 'Only pages of this portal may do this with a session.');
}

export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('a route asks for the principal and has no authentication');
  return request.principal;
}

/** The merchant whose data is asked for. A merchant's own, whoever else is named is refused. */
export function merchantOf(request: FastifyRequest, named: string | undefined): string {
  const principal = principalOf(request);
  if (may(principal, 'readsAnyMerchant')) {
    if (named !== undefined) return named;
    throw new Problem('validation_failed', 'Say whose data: merchantId.', [
      { field: 'merchantId', message: `is required for the role ${principal.role}` },
    ]);
  }
  if (principal.merchantId === null || (named !== undefined && named !== principal.merchantId)) {
    throw new Problem('merchant_forbidden', 'This key or session reads its own merchant only.');
  }
  return principal.merchantId;
}

/** Like merchantOf, for what finance and operators may ask of all merchants at once: null is all. */
export function merchantOrAllOf(request: FastifyRequest, named: string | undefined): string | null {
  if (named === undefined && may(principalOf(request), 'readsAnyMerchant')) return null;
  return merchantOf(request, named);
}

export function requireRight(request: FastifyRequest, right: Right): void {
  const principal = principalOf(request);
  if (!may(principal, right)) throw new Problem('role_forbidden', `The role ${principal.role} may not do this.`);
}
