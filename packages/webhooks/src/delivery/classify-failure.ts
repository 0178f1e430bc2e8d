/** What a request that got no answer failed of, by the codes of Node, OpenSSL and undici. */
import { OUTCOMES, type Outcome } from './outcome.ts';

const BY_CODE: ReadonlyMap<string, Outcome> = new Map(
  Object.entries({
    TARGET_BLOCKED: 'blocked_target',
    HOST_NOT_FOUND: 'dns_failed',
    ENOTFOUND: 'dns_failed',
    EAI_AGAIN: 'dns_failed',
    UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
    ETIMEDOUT: 'connect_timeout',
    UND_ERR_HEADERS_TIMEOUT: 'timeout',
    UND_ERR_BODY_TIMEOUT: 'timeout',
    ECONNREFUSED: 'connection_refused',
    ECONNRESET: 'connection_reset',
    EPIPE: 'connection_reset',
    UND_ERR_SOCKET: 'connection_reset',
    EHOSTUNREACH: 'connection_failed',
    ENETUNREACH: 'connection_failed',
    EADDRNOTAVAIL: 'connection_failed',
    EPROTO: 'tls_failed',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_failed',
    SELF_SIGNED_CERT_IN_CHAIN: 'tls_failed',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_failed',
    UNABLE_TO_GET_ISSUER_CERT: 'tls_failed',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_failed',
    HOSTNAME_MISMATCH: 'tls_failed',
    INTERIM_ANSWERS_FLOOD: 'response_invalid',
    ANSWER_TOO_LONG: 'response_invalid',
    ERR_ASSERTION: 'response_invalid', // undici's, of an answer that its parser lets through: status 099
    HTTPParserError: 'response_invalid',
    UND_ERR_HEADERS_OVERFLOW: 'response_invalid',
    UND_ERR_RES_EXCEEDED_MAX_SIZE: 'response_invalid',
    UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'response_invalid',
  } as const),
);

const BY_PREFIX: readonly (readonly [string, Outcome])[] = [
  ['HPE_', 'response_invalid'], // the HTTP parser's errors
  ['ERR_TLS_', 'tls_failed'],
  ['ERR_SSL_', 'tls_failed'],
  ['CERT_', 'tls_failed'],
];

export interface Failure {
  readonly outcome: Outcome;
  /** A sentence for the merchant: our own words and a code, never an address. */
  readonly detail: string;
}

/** Null for an error that no request fails with: a bug of ours. */
export function classifyFailure(error: unknown): Failure | null {
  for (const code of codesOf(error)) {
    const outcome = BY_CODE.get(code) ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1];
    if (outcome === 'blocked_target') return { outcome, detail: OUTCOMES[outcome] };
    if (outcome) return { outcome, detail: `${OUTCOMES[outcome]} (${code})` };
  }
  return null;
}

/** The error's own code (or name) first, then those it was made of: of its cause, or of each address that was tried. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const parts = error instanceof AggregateError ? error.errors : [];
  return [own, ...[error.cause, ...parts].flatMap(codesOf)];
}
