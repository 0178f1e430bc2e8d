/** The tables of schema `ledger` as Kysely sees them. int8 is bigint; timestamptz is a canonical Instant string. */
import type { Instant } from '@northwind/events';
import type { GeneratedAlways } from 'kysely';

export interface LedgerTables {
  'ledger.partitions': PartitionsTable;
  'ledger.events': EventsTable;
  'ledger.intake': IntakeTable;
  'ledger.conflicts': ConflictsTable;
  'ledger.rejections': RejectionsTable;
  'ledger.consumer_offsets': ConsumerOffsetsTable;
  'ledger.seals': SealsTable;
}

export interface PartitionsTable {
  partition: number;
  next_offset: bigint;
  recorded_at: Instant | null;
}

export interface EventsTable {
  partition: number;
  offset: bigint;
  version: number;
  idempotency_key: string;
  occurred_at: Instant;
  recorded_at: Instant;
  type: string;
  merchant_id: string;
  subject: string;
  fingerprint: Buffer;
  message_id: string | null;
  trace: string | null;
  data: unknown;
}

export interface IntakeTable {
  day: string;
  partition: number;
  outcome: IntakeOutcome;
  currency: string;
  messages: bigint;
  amount_minor: string;
}

export type IntakeOutcome = 'appended' | 'duplicate' | 'conflict' | 'rejected';

export interface ConflictsTable {
  conflict_id: GeneratedAlways<bigint>;
  idempotency_key: string;
  fingerprint: Buffer;
  first_partition: number;
  first_offset: bigint;
  differing_fields: string[];
  type: string;
  merchant_id: string;
  subject: string;
  occurred_at: Instant;
  first_data: unknown;
  data: unknown;
  message_id: string | null;
  recorded_at: Instant;
  seen: bigint;
}

export interface RejectionsTable {
  rejection_id: GeneratedAlways<bigint>;
  message_id: string;
  code: string;
  field: string;
  reason: string;
  body: Buffer;
  recorded_at: Instant;
  seen: bigint;
}

export interface ConsumerOffsetsTable {
  consumer_group: string;
  partition: number;
  next_offset: bigint;
  updated_at: Instant;
  stopped_reason: string | null;
  stopped_at: Instant | null;
  paused_at: Instant | null;
}

export interface SealsTable {
  partition: number;
  block: bigint;
  from_offset: bigint;
  next_offset: bigint;
  sealed_at: Instant;
  root: Buffer;
  previous: Buffer | null;
  hash: Buffer;
  leaf_prefixes: Buffer;
}
