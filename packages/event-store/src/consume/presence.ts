/**
 * Who else consumes for this group, so that each takes no more than its share.
 *
 * A consumer that is there holds a shared advisory lock of the session on its doorbell's connection; counting the
 * holders counts the members. A process that dies loses the connection and with it the lock, at once. The lock's first
 * key is the oid of ledger.consumer_offsets (so no other use of advisory locks in the database has it), the second a
 * hash of the group's name. Nobody ever waits for it, and nothing but the size of the shares depends on it.
 */
import type { Clock } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { LedgerTables } from '../tables.ts';

export interface PresenceOptions {
  readonly db: Kysely<LedgerTables>;
  readonly group: string;
  readonly clock: Clock;
}

export interface Presence {
  /** Makes the session of this connection a member, for as long as it is open. */
  announce(client: pg.ClientBase): Promise<void>;
  /** At least 1; at most a quarter of a second old. */
  countMembers(): Promise<number>;
}

/** Shares are to be fair within a second; counting at every round would cost more than it tells. */
const COUNT_EVERY_MS = 250;

export function createPresence({ db, group, clock }: PresenceOptions): Presence {
  let members = 1;
  let dueMs = Number.NEGATIVE_INFINITY;
  return {
    async announce(client) {
      await client.query(
        `select pg_advisory_lock_shared('ledger.consumer_offsets'::regclass::oid::int4, hashtext($1))`,
        [group],
      );
      dueMs = Number.NEGATIVE_INFINITY;
    },
    async countMembers() {
      if (clock.monotonicMs() < dueMs) return members;
      dueMs = clock.monotonicMs() + COUNT_EVERY_MS;
      const { rows } = await sql<{ members: number }>`
        select count(*)::int4 as members from pg_locks
        where locktype = 'advisory' and granted and objsubid = 2
          and database = (select oid from pg_database where datname = current_database())
          and classid = 'ledger.consumer_offsets'::regclass and objid = hashtext(${group})::oid`.execute(db);
      members = Math.max(1, rows[0]?.members ?? 1);
      return members;
    },
  };
}
