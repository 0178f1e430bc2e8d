/**
 * What the sealer reads: of each event only what its leaf needs, and heads that move once in a while. Heads may be old,
 * so waiting with them is all it takes to have a block collect what comes meanwhile; a block an event would cost more
 * than the event.
 */
import type { Clock } from '@northwind/service-kit';
import { sql } from 'kysely';
import { readHeads } from '../consume/log-source.ts';
import { readLog } from '../consume/read-log.ts';
import type { Source } from '../consume/source.ts';
import type { LedgerTables } from '../tables.ts';
import type { LeafFields } from './hash-leaf.ts';

export interface SealSourceOptions {
  readonly clock: Clock;
  /** The least time between two blocks of a partition that is not behind. */
  readonly collectMs: number;
}

export function createSealSource({ clock, collectMs }: SealSourceOptions): Source<LeafFields, LedgerTables> {
  let heads: ReadonlyMap<number, bigint> = new Map();
  let dueMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'ledger.events, leaves',
    async heads(db) {
      if (clock.monotonicMs() >= dueMs) {
        heads = await readHeads(db);
        dueMs = clock.monotonicMs() + collectMs;
      }
      return heads;
    },
    read: (db, ranges, limit) => readLog(db, { columns: COLUMNS, bytes: BYTES }, ranges, limit),
  };
}

// The queue's id of a message and a traceparent are short; a row put past the append may hold anything.
const COLUMNS = sql`e.idempotency_key as "idempotencyKey", e.fingerprint, e.version, e.recorded_at as "recordedAt",
    e.message_id as "messageId", e.trace`;
const BYTES = sql`coalesce(octet_length(l.message_id), 0) + coalesce(octet_length(l.trace), 0)`;
