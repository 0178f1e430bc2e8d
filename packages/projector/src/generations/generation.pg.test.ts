import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openProjection } from '../../test/open-projection.ts';
import { READ_MODELS } from '../read-models.ts';
import { sqlName } from '../working-set/table.ts';
import { readActiveGeneration } from './generation.ts';

test('migrating makes generation 1, active, with a view for each of its tables', async () => {
  await using projection = await openProjection();
  const generation = await readActiveGeneration(projection.db);
  expect(generation).toMatchObject({ generation: 1, consumerGroup: 'read_1', schema: 'read_g1' });
  for (const table of READ_MODELS.flatMap((model) => model.tables)) {
    const { rows } = await sql<{ schema: string; name: string; type: string }>`
      select table_schema as schema, column_name as name, udt_name as type from information_schema.columns
      where table_schema in ('read', 'read_g1') and table_name = ${table.name}`.execute(projection.db);
    const expected = Object.entries(table.columns).map(([property, type]) => `${sqlName(property)} ${type}`);
    for (const schema of ['read', 'read_g1']) {
      const found = rows.filter((row) => row.schema === schema).map((row) => `${row.name} ${row.type}`);
      expect(found.sort(), `${schema}.${table.name}`).toEqual(expected.sort());
    }
  }
});

test('activating another generation moves every view to it in one step, and back', async () => {
  await using projection = await openProjection();
  const { db } = projection;
  await sql`select read.create_generation(2)`.execute(db);
  await sql`
    insert into read_g2.adjustments
      (partition, "offset", amount_minor, posted_at, merchant_id, adjustment_id, currency, reason)
    values (0, 0, 1, now(), 'mer_1', 'ad_1', 'EUR', 'mark')`.execute(db);
  const seen = async () => (await sql`select reason from read.adjustments`.execute(db)).rows.length;
  const before = await readActiveGeneration(db);
  expect(await seen()).toBe(0);
  await sql`select read.activate_generation(2)`.execute(db);
  expect(await seen()).toBe(1);
  const after = await readActiveGeneration(db);
  expect(after).toMatchObject({ generation: 2, consumerGroup: 'read_2', schema: 'read_g2' });
  expect(after.epoch).not.toBe(before.epoch);
  await sql`select read.activate_generation(1)`.execute(db);
  expect(await seen()).toBe(0);
  expect(await readActiveGeneration(db)).toEqual(before);
  await expect(sql`select read.activate_generation(3)`.execute(db)).rejects.toThrow('generation 3 does not exist');
});

test('two generations have the same tables, constraints and indexes', async () => {
  await using projection = await openProjection();
  await sql`select read.create_generation(2)`.execute(projection.db);
  const describe = async (schema: string) => {
    const { rows } = await sql<{ line: string }>`
      select replace(line, ${schema}, 'read_g') as line from (
        select indexdef as line from pg_indexes where schemaname = ${schema}
        union all
        select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where connamespace = ${schema}::regnamespace
      ) all_of_them order by 1`.execute(projection.db);
    return rows.map(({ line }) => line);
  };
  const first = await describe('read_g1');
  expect(first.length).toBeGreaterThan(20);
  expect(await describe('read_g2')).toEqual(first);
});
