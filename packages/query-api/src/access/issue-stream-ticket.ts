/** Issues the ticket that opens one websocket. */
import type { Instant } from '@northwind/events';
import type { Kysely } from 'kysely';
import { fromNow } from './database-clock.ts';
import type { Credential } from './principal.ts';
import type { AccessTables } from './tables.ts';
import { createToken } from './token.ts';

export const STREAM_TICKET_TTL_MS = 30_000;

export interface StreamTicketToIssue {
  readonly merchantId: string;
  readonly credential: Credential;
}

export interface IssuedStreamTicket {
  readonly ticket: string;
  readonly expiresAt: Instant;
}

export async function issueStreamTicket(
  db: Kysely<AccessTables>,
  { merchantId, credential }: StreamTicketToIssue,
): Promise<IssuedStreamTicket> {
  const { text, hash } = createToken('streamTicket');
  const { expires_at } = await db
    .insertInto('access.stream_tickets')
    .values({
      ticket_hash: hash,
      merchant_id: merchantId,
      key_id: credential.kind === 'key' ? credential.keyId : null,
      session_hash: credential.kind === 'session' ? credential.sessionHash : null,
      expires_at: fromNow(STREAM_TICKET_TTL_MS),
    })
    .returning('expires_at')
    .executeTakeFirstOrThrow();
  return { ticket: text, expiresAt: expires_at };
}
