/**
 * The tables of schema `read` as Kysely sees them, through the views on the active generation. The ledger's tables
 * belong to it because what a reader sees is only as of something together with the group's offsets.
 */
import type { LedgerTables } from '@northwind/event-store/tables';
import type { Instant } from '@northwind/events';
import type { GeneratedAlways } from 'kysely';
import type { AdjustmentRow } from './adjustments/table.ts';
import type { AnomalyRow } from './anomalies/table.ts';
import type { BalanceRow } from './balances/table.ts';
import type { DisputeRow } from './disputes/table.ts';
import type { JournalRow } from './journal/table.ts';
import type { PaymentRow } from './payments/table.ts';
import type { PayoutFactRow, PayoutRow, PayoutTransitionRow } from './payouts/table.ts';
import type { RefundRow } from './refunds/table.ts';
import type { StatementRow } from './statements/table.ts';

export interface ReadTables extends LedgerTables {
  'read.generations': GenerationsTable;
  'read.generation_actions': GenerationActionsTable;
  'read.balances': SqlRow<BalanceRow>;
  'read.journal': SqlRow<JournalRow>;
  'read.statements': SqlRow<StatementRow>;
  'read.payments': SqlRow<PaymentRow>;
  'read.refunds': SqlRow<RefundRow>;
  'read.disputes': SqlRow<DisputeRow>;
  'read.adjustments': SqlRow<AdjustmentRow>;
  'read.payouts': SqlRow<PayoutRow>;
  'read.payout_facts': SqlRow<PayoutFactRow>;
  'read.payout_transitions': SqlRow<AsJson<PayoutTransitionRow, 'payout'>>;
  'read.anomalies': SqlRow<AsJson<AnomalyRow, 'detail'>>;
}

export type GenerationStatus = 'building' | 'standby' | 'active' | 'retired';

export interface GenerationsTable {
  readonly generation: number;
  readonly epoch: string;
  readonly status: GenerationStatus;
  readonly consumer_group: string;
  readonly created_at: Instant;
  readonly activated_at: Instant | null;
}

export interface GenerationActionsTable {
  readonly action_id: GeneratedAlways<bigint>;
  readonly action: 'created' | 'compared' | 'promoted' | 'rolled_back' | 'dropped';
  readonly generation: number;
  readonly beside: number | null;
  readonly is_equal: boolean | null;
  readonly report: unknown;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly acted_at: GeneratedAlways<Instant>;
}

/** Amounts inside a JSON column come back as numbers, not as the row type's bigint. */
type AsJson<Row, Column extends keyof Row> = Omit<Row, Column> & { readonly [Name in Column]: unknown };

type SqlRow<Row> = { readonly [Property in keyof Row & string as SnakeCase<Property>]: Row[Property] };

type SnakeCase<Text extends string> = Text extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Text;
