/** Takes a stream ticket, once, on whichever node the socket arrives. */
import type { Kysely } from 'kysely';
import { databaseNow } from './database-clock.ts';
import type { Credential } from './principal.ts';
import type { AccessTables } from './tables.ts';
import { hashToken } from './token.ts';

export interface RedeemedTicket {
  readonly merchantId: string;
  readonly credential: Credential;
}

/** Null when the ticket is not one, was used, or has expired. */
export async function redeemStreamTicket(db: Kysely<AccessTables>, ticket: string): Promise<RedeemedTicket | null> {
  const hash = hashToken('streamTicket', ticket);
  if (!hash) return null;
  const row = await db
    .updateTable('access.stream_tickets')
    .set({ used_at: databaseNow })
    .where('ticket_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', databaseNow)
    .returning(['merchant_id', 'key_id', 'session_hash'])
    .executeTakeFirst();
  const credential = row && credentialOf(row);
  return row && credential ? { merchantId: row.merchant_id, credential } : null;
}

function credentialOf(row: { key_id: string | null; session_hash: Buffer | null }): Credential | null {
  if (row.key_id !== null) return { kind: 'key', keyId: row.key_id };
  return row.session_hash === null ? null : { kind: 'session', sessionHash: row.session_hash };
}
