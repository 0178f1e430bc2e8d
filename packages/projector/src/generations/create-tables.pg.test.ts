import { createDatabaseClient } from '@northwind/service-kit';
import { dumpSchema } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { feeRevenueByDay } from '../../examples/fee-revenue-by-day/fold.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import type { ReadModel } from '../folding.ts';
import { READ_MODELS } from '../read-models.ts';
import { keyedTable, sqlName, type Table } from '../working-set/table.ts';
import { createModelTables } from './create-tables.ts';
import { schemaOf } from './generation.ts';

const GENERATION = 2;
const schema = schemaOf(GENERATION);

async function createGeneration({ db }: Projection, models: readonly ReadModel[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select read.create_generation(${GENERATION}::int4)`.execute(trx);
    await createModelTables(trx as unknown as Kysely<unknown>, GENERATION, models);
  });
}

/** The lines of a table in the dump of its schema, each reason on a line of its own. */
async function dumpTable({ url }: Projection, name: string): Promise<string | undefined> {
  const client = createDatabaseClient({ url, applicationName: 'test' });
  await client.connect();
  const dump = await dumpSchema(client, schema).finally(() => client.end());
  const lines = dump.split('\n\n').find((part) => part.startsWith(`table ${name}`));
  return lines?.replace(/(?<=\S) -- /g, '\n    -- ');
}

test('what migrations make is what the descriptions say: columns, types, nulls and keys', async () => {
  await using projection = await openProjection();
  const { rows } = await sql<{ line: string }>`
    select concat_ws(' ', c.relname, a.attname, t.typname, case when a.attnotnull then 'not null' end,
      'key ' || array_position(k.conkey, a.attnum)) as line
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p' and k.conname = c.relname || '_pk'
    where c.relnamespace = 'read_g1'::regnamespace and c.relkind = 'r'`.execute(projection.db);
  const described = READ_MODELS.flatMap((model) => model.tables.flatMap(describeTable));
  expect(rows.map(({ line }) => line).sort()).toEqual(described.sort());
});

function describeTable(table: Table): string[] {
  return Object.entries(table.columns).map(([property, type]) => {
    const isNullable = table.nullable?.includes(property);
    const place = table.key.indexOf(property) + 1;
    return [table.name, sqlName(property), type, isNullable ? '' : 'not null', place ? `key ${place}` : '']
      .filter((word) => word !== '')
      .join(' ');
  });
}

test('a table that no migration makes is made from its description, reasons and grants included', async () => {
  await using projection = await openProjection();
  await createGeneration(projection, [...READ_MODELS, feeRevenueByDay]);
  expect(await dumpTable(projection, 'fee_revenue_by_day')).toBe(`table fee_revenue_by_day with (fillfactor=70)
  -- What was earned in fees from a merchant, per currency and day on which it happened (UTC)
  merchant_id text not null
  currency text not null
  day date not null
  earned_minor bigint not null
  given_back_minor bigint not null
  net_minor bigint not null
  partition smallint not null
  offset bigint not null
    -- the last event that changed this row
  constraint fee_revenue_by_day_adds_up CHECK ((net_minor = (earned_minor - given_back_minor)))
    -- what is kept is what was earned less what was given back
  constraint fee_revenue_by_day_pk PRIMARY KEY (merchant_id, currency, day)
    -- serves the projector’s look-up of a batch
  CREATE INDEX fee_revenue_by_day_of_all ON read_g2.fee_revenue_by_day USING btree (day, currency)
    -- serves the fees of all merchants by day
  grant insert, select, update to settlement_projector
  grant select to settlement_reader`);
});

test('the tables that are there already stay as they are', async () => {
  await using projection = await openProjection();
  await createGeneration(projection, [...READ_MODELS, feeRevenueByDay]);
  const before = await dumpTable(projection, 'balances');
  await createModelTables(projection.db as unknown as Kysely<unknown>, GENERATION, [...READ_MODELS, feeRevenueByDay]);
  expect(await dumpTable(projection, 'balances')).toBe(before);
});

interface Note {
  readonly merchantId: string;
  readonly weight: bigint | null;
}

const bare = { name: 'notes', key: ['merchantId'], columns: { merchantId: 'text', weight: 'int8' } } as const;
const notesOf = (table: Table): ReadModel => ({ name: 'notes', tables: [table], fold() {} });

test('a column that may be null is made so, and a unique index is', async () => {
  await using projection = await openProjection();
  const definition = {
    comment: 'A note',
    keyServes: 'one note',
    indexes: [{ name: 'notes_once', columns: ['weight'] as const, unique: true, serves: 'a note by its weight' }],
  };
  await createGeneration(projection, [notesOf(keyedTable<Note>({ ...bare, nullable: ['weight'], definition }))]);
  expect(await dumpTable(projection, 'notes')).toMatch(/weight bigint\n[\s\S]*CREATE UNIQUE INDEX notes_once/);
});

test('a table that nobody makes is refused with what to do, and nothing of the generation stays', async () => {
  await using projection = await openProjection();
  await expect(createGeneration(projection, [notesOf(keyedTable<Note>(bare))])).rejects.toThrow(
    'read model notes: no migration makes table notes, and its description has no definition: add one to its table.ts',
  );
  const { rows } = await sql`select generation from read.generations`.execute(projection.db);
  expect(rows).toEqual([{ generation: 1 }]);
});

test('a generation whose tables are not those of the release is refused with the column and what to do', async () => {
  await using projection = await openProjection();
  const [balances] = READ_MODELS.filter(({ name }) => name === 'balances').flatMap(({ tables }) => tables);
  const wider = notesOf({ ...balances, columns: { ...balances?.columns, pendingMinor: 'int8' } } as Table);
  await expect(createGeneration(projection, [wider])).rejects.toThrow(
    'read model notes: column read_g2.balances.pending_minor is not there, and its table.ts says int8; ' +
      'its table is made by a migration: add one that changes it, then run settle migrate',
  );
  const other = notesOf({ ...balances, columns: { ...balances?.columns, currency: 'int4' } } as Table);
  await expect(createGeneration(projection, [other])).rejects.toThrow(
    'column read_g2.balances.currency is text, and its table.ts says int4',
  );
});
