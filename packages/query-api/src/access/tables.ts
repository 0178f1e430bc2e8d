/** The tables of schema `access` as Kysely sees them. timestamptz is a canonical Instant string. */
import type { Instant } from '@northwind/events';
import type { ColumnType, Generated } from 'kysely';
import type { Role } from './principal.ts';

export interface AccessTables {
  'access.api_keys': ApiKeysTable;
  'access.login_links': LoginLinksTable;
  'access.sessions': SessionsTable;
  'access.stream_tickets': StreamTicketsTable;
}

export interface ApiKeysTable {
  key_id: string;
  key_hash: Buffer;
  role: Role;
  merchant_id: string | null;
  name: string;
  created_at: Generated<Instant>;
  revoked_at: ColumnType<Instant | null, Instant | undefined>;
}

export interface LoginLinksTable {
  token_hash: Buffer;
  merchant_id: string | null;
  role: Role;
  created_at: Generated<Instant>;
  expires_at: Instant;
  used_at: ColumnType<Instant | null, Instant | undefined>;
}

export interface SessionsTable {
  session_hash: Buffer;
  merchant_id: string | null;
  role: Role;
  created_at: Generated<Instant>;
  expires_at: Instant;
}

export interface StreamTicketsTable {
  ticket_hash: Buffer;
  merchant_id: string;
  key_id: string | null;
  session_hash: Buffer | null;
  expires_at: Instant;
  used_at: ColumnType<Instant | null, Instant | undefined>;
}
