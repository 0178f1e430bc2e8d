/**
 * Specifications of read models: **given** the events that came before, **when** these come, **then** these rows are
 * written.
 *
 *     given(captured('pay_1', 1_000)).when(refunded('pay_1', 400)).then({
 *       payments: [{ paymentId: 'pay_1', refundedMinor: 400n }],
 *       anomalies: [],
 *     });
 *
 * `then` names tables, and of each every row that the events of `when` have written, in the order of its key. Of a row
 * it tells the columns that matter. Tables that it does not name are not looked at.
 */
import type { CloudEvent } from '@northwind/events';
import type { ReadModel } from '../src/folding.ts';
import { READ_MODELS } from '../src/read-models.ts';
import { type ExpectedRows, expectRows } from './expect-rows.ts';
import { toLog } from './fold-events.ts';
import { MemoryGeneration } from './memory-generation.ts';

/** Outcome: nothing in memory, a promise where a database is asked. */
export type Given<Outcome> = (...before: readonly CloudEvent[]) => {
  when(...events: readonly CloudEvent[]): { then(expected: ExpectedRows): Outcome };
};

/** Over all read models, in memory. */
export const given = specOf(READ_MODELS);

/** Over these models, in memory; each after those whose rows or postings it reads. */
export function specOf(models: readonly ReadModel[]): Given<void> {
  return (...before) => ({
    when: (...events) => ({
      // biome-ignore lint/suspicious/noThenProperty: the word of every such specification; nobody awaits what has it
      then(expected) {
        expectWritten(models, { before, events, expected });
      },
    }),
  });
}

export interface Spec {
  readonly before: readonly CloudEvent[];
  readonly events: readonly CloudEvent[];
  readonly expected: ExpectedRows;
}

/** Throws where the rows written in memory are others than the specification's. Gives all rows in memory. */
export function expectWritten(models: readonly ReadModel[], { before, events, expected }: Spec): MemoryGeneration {
  const memory = new MemoryGeneration(models);
  const log = toLog([...before, ...events]);
  memory.applyOneByOne(log.slice(0, before.length));
  const old = new Set<object>(memory.tables.flatMap((table) => memory.rows(table)));
  memory.applyOneByOne(log.slice(before.length));
  const written = memory.tables.map((table) => ({ table, rows: memory.rows(table).filter((row) => !old.has(row)) }));
  expectRows(expected, written, tell({ before, events }));
  return memory;
}

/** The events, as the head of a failure's message. */
export function tell({ before, events }: Pick<Spec, 'before' | 'events'>): string[] {
  const lineOf = ({ type, subject }: CloudEvent, offset: number) => `0:${offset} ${type} ${subject}`;
  return [
    ...before.map((event, index) => `given ${lineOf(event, index)}`),
    ...events.map((event, index) => `when  ${lineOf(event, before.length + index)}`),
  ];
}
