/** Tokens are 32 random bytes behind a prefix that says what leaked when one turns up where it shouldn't. */
import { createHash } from 'node:crypto';
import { randomBytes } from '@northwind/service-kit';

export const TOKEN_PREFIXES = {
  apiKey: 'nws_',
  loginLink: 'nwl_',
  session: 'nwc_',
  streamTicket: 'nwt_',
} as const;

export type TokenKind = keyof typeof TOKEN_PREFIXES;

const TOKEN_BYTES = 32;
// 32 bytes in base64url without padding.
const TOKEN_BODY = /^[A-Za-z0-9_-]{43}$/;

export interface Token {
  /** Shown to its holder once and never stored. */
  readonly text: string;
  readonly hash: Buffer;
}

export function createToken(kind: TokenKind): Token {
  const text = TOKEN_PREFIXES[kind] + randomBytes(TOKEN_BYTES).toString('base64url');
  return { text, hash: sha256(text) };
}

/**
 * The hash to look a token up by; null for what can't be one, so that junk never reaches the database. A plain SHA-256
 * is enough: the token is random, there is no dictionary to try.
 */
export function hashToken(kind: TokenKind, text: string): Buffer | null {
  const prefix = TOKEN_PREFIXES[kind];
  return text.startsWith(prefix) && TOKEN_BODY.test(text.slice(prefix.length)) ? sha256(text) : null;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
