/**
 * A generation is filled without the indexes that filling it does not look anything up in, and gets them when it is
 * full: sorting all keys once costs a fraction of putting them in one by one. What has to be made is kept in the
 * database, so that a fill that was broken off goes on knowing it.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ReadTables } from '../tables.ts';
import type { Generation } from './generation.ts';

/** Takes them off the empty tables of a generation. The keys of keyed tables stay: rows are loaded by them. */
export async function deferIndexes(trx: Transaction<ReadTables>, { generation, schema, models }: Generation) {
  const keyed = models.flatMap(({ tables }) => tables.filter(({ kind }) => kind === 'keyed').map(({ name }) => name));
  const { rows } = await sql<{ readonly statements: readonly string[]; readonly drop: string }>`
    select case when c.oid is null then array[pg_get_indexdef(i.indexrelid)]
                else array[format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname,
                                  pg_get_constraintdef(c.oid))] end
             || case when d.text is null then '{}'::text[]
                     when c.oid is null then array[format('comment on index %s is %L', i.indexrelid::regclass, d.text)]
                     else array[format('comment on constraint %I on %s is %L', c.conname, i.indrelid::regclass, d.text)]
                end as statements,
           case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
                else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop
    from pg_index i
    join pg_class t on t.oid = i.indrelid
    join pg_class x on x.oid = i.indexrelid
    left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
    left join lateral (select coalesce(obj_description(c.oid, 'pg_constraint'),
                                       obj_description(i.indexrelid, 'pg_class')) as text) d on true
    where t.relnamespace = ${schema}::regnamespace and not (i.indisprimary and t.relname = any (${keyed}))
    order by t.relname, x.relname`.execute(trx);
  const statements = rows.flatMap((row) => row.statements);
  for (const { drop } of rows) await sql.raw(drop).execute(trx);
  await sql`
    insert into read.deferred_indexes (generation, position, definition)
    select ${generation}, position, definition
    from unnest(${statements}::text[]) with ordinality d(definition, position)
  `.execute(trx);
}

/** Makes those that are still to be made, each in a transaction of its own, and tells how many are left. */
export async function makeDeferredIndexes(
  db: Kysely<ReadTables>,
  { generation }: Generation,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (left: number) => void },
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const left = await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ readonly definition: string; readonly left: number }>`
        delete from read.deferred_indexes
        where generation = ${generation}
          and position = (select min(position) from read.deferred_indexes where generation = ${generation})
        returning definition,
                  (select count(*)::int4 from read.deferred_indexes where generation = ${generation}) as left
      `.execute(trx);
      const [next] = rows;
      if (next === undefined) return 0;
      await sql.raw(next.definition).execute(trx);
      return next.left - 1;
    });
    onProgress?.(left);
    if (left === 0) return;
  }
}
