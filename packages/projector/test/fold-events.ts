/** The projector's folds without a database: all rows that events come to. */
import type { LoggedEvent } from '@northwind/event-store';
import { type CloudEvent, canonicalInstant, idempotencyKey } from '@northwind/events';
import { anomaliesTable } from '../src/anomalies/table.ts';
import { balancesTable } from '../src/balances/table.ts';
import { disputesTable } from '../src/disputes/table.ts';
import { journalTable } from '../src/journal/table.ts';
import { paymentsTable } from '../src/payments/table.ts';
import { payoutFactsTable, payoutsTable, payoutTransitionsTable } from '../src/payouts/table.ts';
import { READ_MODELS } from '../src/read-models.ts';
import { refundsTable } from '../src/refunds/table.ts';
import { statementsTable } from '../src/statements/table.ts';
import { MemoryGeneration } from './memory-generation.ts';

/** The events as the log would hold them, one after the other in partition 0. */
export function toLog(events: readonly CloudEvent[]): LoggedEvent[] {
  return events.map((event, index) => ({
    partition: 0,
    offset: BigInt(index),
    idempotencyKey: idempotencyKey(event.type, event.subject, event.time),
    type: event.type,
    version: 1,
    merchantId: (event.data as { merchantId: string }).merchantId,
    subject: event.subject,
    occurredAt: canonicalInstant(event.time),
    recordedAt: canonicalInstant(event.time),
    data: event.data,
  }));
}

export function foldEvents(...events: readonly CloudEvent[]) {
  const memory = new MemoryGeneration(READ_MODELS);
  const postings = memory.applyOneByOne(toLog(events));
  return {
    postings,
    balances: memory.rows(balancesTable),
    journal: memory.rows(journalTable),
    statements: memory.rows(statementsTable),
    payments: memory.rows(paymentsTable),
    refunds: memory.rows(refundsTable),
    disputes: memory.rows(disputesTable),
    payouts: memory.rows(payoutsTable),
    facts: memory.rows(payoutFactsTable),
    transitions: memory.rows(payoutTransitionsTable),
    anomalies: memory.rows(anomaliesTable),
  };
}

export type FoldedRows = ReturnType<typeof foldEvents>;

const WHEN = ['partition', 'offset', 'firstOffset', 'updatedAt', 'sequence'];

/** Rows without what the order of arrival may leave in them. */
export function withoutArrival<Row extends object>(rows: readonly Row[]): object[] {
  return rows
    .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !WHEN.includes(name))))
    .sort((a, b) => rowKey(a).localeCompare(rowKey(b)));
}

function rowKey(row: Record<string, unknown>): string {
  return Object.values(row).join(' ');
}
