/**
 * The append against a model of it, on random batches that make everything happen: the same key again in a batch, in a
 * later one, in one that runs at the same time, with another body, and under another merchant (another partition).
 */
import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppendModel, createAppendModel } from '../../test/append-model.ts';
import { payment } from '../../test/events.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import type { AppendOutcome, IncomingEvent } from './append-events.ts';
import { createEventLog, type EventLog } from './event-log.ts';

/** Enough to go wrong in every way that was tried; a slow machine makes fewer. */
const RUNS = 150;
const TIME_MS = 8_000;
const PARTITIONS = 16;

interface Wish {
  readonly key: number;
  readonly amount: number;
  readonly merchant: string;
}

/** 001 and 008 share a partition, 042 and 500 have others. */
const MERCHANTS = ['mer_001', 'mer_008', 'mer_042', 'mer_500'];

const batchOf = (keys: number, maxLength: number): fc.Arbitrary<Wish[]> =>
  fc.array(
    fc.record({
      key: fc.nat({ max: keys }),
      amount: fc.constantFrom(1_000, 1_000, 1_000, 1_001, 1_002),
      merchant: fc.constantFrom('mer_001', ...MERCHANTS),
    }),
    { minLength: 1, maxLength },
  );

const batch = fc.oneof({ arbitrary: batchOf(4, 8), weight: 4 }, { arbitrary: batchOf(40, 120), weight: 1 });

describe('append, beside a model of it', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let log: EventLog;
  let model: AppendModel;
  let runs = 0;

  beforeAll(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'append properties', connectionsMax: 4 });
    log = createEventLog(database);
    model = createAppendModel(PARTITIONS);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  /** Keys are new in each run, so that a failing one can be shrunk on the database that it left. */
  function toEvents(batches: readonly (readonly Wish[])[]): IncomingEvent[][] {
    runs += 1;
    return batches.map((wishes, b) =>
      wishes.map(({ key, amount, merchant }, i) => ({
        event: payment({ paymentId: `run${runs}_${key}`, merchantId: merchant, amount }),
        messageId: `run${runs}_${b}_${i}`,
      })),
    );
  }

  it('judges and numbers every input as the model does, batch after batch', async () => {
    await holds(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), async (batches) => {
        for (const events of toEvents(batches)) expect(await log.append(events)).toEqual(model.append(events));
      }),
    );
    await expectStored();
  });

  it('gives concurrent batches outcomes that some order of them explains', async () => {
    await holds(
      fc.asyncProperty(fc.array(batch, { minLength: 2, maxLength: 4 }), async (batches) => {
        const atOnce = toEvents(batches);
        const outcomes = await Promise.all(atOnce.map((events) => log.append(events)));
        const kept = await keptConflicts();
        const explained = explanations(model, atOnce, outcomes).find((tried) => isEqual(firstSeen(tried), kept));
        expect(explained, `no order of the batches explains ${JSON.stringify(outcomes, intoText)}`).toBeDefined();
        model = explained ?? model;
      }),
    );
    await expectStored();
  });

  /** Of this run: the message that brought each conflicting body first, and how often the body came. */
  async function keptConflicts(): Promise<string[]> {
    const { rows } = await database.pool.query<{ message_id: string; seen: bigint }>(
      `select message_id, seen from ledger.conflicts where message_id like $1`,
      [`run${runs}\\_%`],
    );
    return rows.map((row) => `${row.message_id} ${row.seen}`).sort();
  }

  const firstSeen = ({ conflicts }: AppendModel): string[] =>
    [...conflicts.values()]
      .filter(({ messageId }) => messageId?.startsWith(`run${runs}_`))
      .map(({ messageId, seen }) => `${messageId} ${seen}`)
      .sort();

  /** The tables hold what the model holds: rows, heads, conflicts with both bodies, tallies with their money. */
  async function expectStored(): Promise<void> {
    const events = await database.db.selectFrom('ledger.events').selectAll().execute();
    const stored = events.map(({ partition, offset, merchant_id: merchantId, message_id: messageId, ...row }) => {
      const { amount } = row.data as { amount: number };
      return [row.idempotency_key, { partition, offset, merchantId, amount, messageId }] as const;
    });
    expect(new Map(stored)).toEqual(model.events);
    const heads = await database.db.selectFrom('ledger.partitions').selectAll().execute();
    for (const { partition, next_offset } of heads) expect(next_offset).toBe(model.head(partition));
    expect(events.length).toBe(heads.reduce((sum, head) => sum + Number(head.next_offset), 0));

    const conflicts = await database.db.selectFrom('ledger.conflicts').selectAll().execute();
    const kept = conflicts.map((row) => ({
      key: row.idempotency_key,
      fields: row.differing_fields,
      firstPartition: row.first_partition,
      firstOffset: row.first_offset,
      firstAmount: (row.first_data as { amount: number }).amount,
      amount: (row.data as { amount: number }).amount,
      messageId: row.message_id,
      seen: Number(row.seen),
    }));
    const byMessage = (a: { messageId: string | null }, b: { messageId: string | null }) =>
      (a.messageId ?? '') < (b.messageId ?? '') ? -1 : 1;
    expect(kept.sort(byMessage)).toEqual([...model.conflicts.values()].sort(byMessage));

    const { rows: tallies } = await database.pool.query(
      `select outcome, sum(messages)::int4 as messages, sum(amount_minor)::int8 as amount
       from ledger.intake group by outcome`,
    );
    const counted = tallies.map((row) => [row.outcome, { messages: row.messages, amountMinor: Number(row.amount) }]);
    expect(new Map(counted as [AppendOutcome['kind'], object][])).toEqual(model.tallies);
  }
});

async function holds(property: fc.IAsyncProperty<[Wish[][]]>): Promise<void> {
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: TIME_MS });
}

/** The model after each order of the batches that gives exactly these outcomes. */
function explanations(
  model: AppendModel,
  batches: readonly (readonly IncomingEvent[])[],
  outcomes: readonly (readonly AppendOutcome[])[],
): AppendModel[] {
  const orders = [...permutations(batches.map((_, i) => i))];
  return orders.flatMap((order) => {
    const tried = model.copy();
    const explains = order.every((i) =>
      isEqual(tried.append(batches[i] ?? []).map(flat), (outcomes[i] ?? []).map(flat)),
    );
    return explains ? [tried] : [];
  });
}

const intoText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function flat(outcome: AppendOutcome): unknown[] {
  const { kind, partition, offset } = outcome;
  return [kind, partition, String(offset), ...(outcome.kind === 'conflict' ? outcome.fields : [])];
}

function* permutations(items: readonly number[]): Iterable<readonly number[]> {
  if (items.length <= 1) yield items;
  else {
    for (const [i, first] of items.entries()) {
      for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest];
    }
  }
}
