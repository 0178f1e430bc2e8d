/**
 * A schema as text, from the catalogs: what a change of a migration comes to, to be read in its diff. The same text
 * from every supported version of PostgreSQL, in a fixed order; unlike pg_dump's, which also has to be installed.
 */
import type { createDatabaseClient } from '@northwind/service-kit';

type Client = ReturnType<typeof createDatabaseClient>;

const ORDERED = `collate "C"`;

// Each returns `place` (what to sort by) and `line`. $1 is the schema. Owners' own privileges go without saying, and so
// does NOT NULL as a constraint of its own, which older versions don't have.
const TABLES = `
  select c.relname as place, case c.relkind when 'v' then 'view ' else 'table ' end || c.relname ||
         coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') ||
         case when c.relrowsecurity then ' row level security' else '' end ||
         case when c.relforcerowsecurity then ' forced' else '' end as line
  from pg_class c where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v')`;

const COLUMNS = `
  select c.relname || ' 1 ' || lpad(row_number() over (partition by c.oid order by a.attnum)::text, 3, '0') as place,
         '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
         case when a.attnotnull then ' not null' else '' end ||
         case when a.attidentity <> '' then ' generated as identity ' || a.attidentity::text else '' end ||
         case when d.oid is null then ''
              when a.attgenerated <> '' then ' generated as ' || pg_get_expr(d.adbin, d.adrelid)
              else ' default ' || pg_get_expr(d.adbin, d.adrelid) end ||
         coalesce(' -- ' || col_description(c.oid, a.attnum), '') as line
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v')`;

const CONSTRAINTS = `
  select r.relname || ' 2 ' || c.conname as place,
         '  constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid) ||
         coalesce(' -- ' || obj_description(c.oid, 'pg_constraint'), '') as line
  from pg_constraint c join pg_class r on r.oid = c.conrelid
  where c.connamespace = $1::text::regnamespace and c.contype <> 'n' and c.contype <> 't'`;

const INDEXES = `
  select r.relname || ' 3 ' || i.relname as place,
         '  ' || pg_get_indexdef(i.oid) || coalesce(' -- ' || obj_description(i.oid, 'pg_class'), '') as line
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class r on r.oid = x.indrelid
  where r.relnamespace = $1::text::regnamespace
    and not exists (select from pg_constraint c where c.conindid = i.oid and c.conname = i.relname)`;

const TRIGGERS = `
  select r.relname || ' 4 ' || t.tgname as place,
         '  ' || pg_get_triggerdef(t.oid) || case t.tgenabled when 'A' then ' -- always' else '' end as line
  from pg_trigger t join pg_class r on r.oid = t.tgrelid
  where r.relnamespace = $1::text::regnamespace and not t.tgisinternal`;

const POLICIES = `
  select tablename || ' 5 ' || policyname as place,
         '  policy ' || policyname || ' ' || lower(permissive) || ' for ' || lower(cmd) || ' to ' ||
         array_to_string(roles, ', ') || coalesce(' using ' || qual, '') ||
         coalesce(' check ' || with_check, '') as line
  from pg_policies where schemaname = $1`;

const TABLE_GRANTS = `
  select r.relname || ' 6 ' || g.grantee::regrole as place,
         '  grant ' || lower(string_agg(g.privilege_type, ', ' order by g.privilege_type)) || ' to ' ||
         g.grantee::regrole as line
  from pg_class r cross join lateral aclexplode(r.relacl) g
  where r.relnamespace = $1::text::regnamespace and g.grantee <> r.relowner and r.relkind in ('r', 'p', 'v')
  group by r.oid, r.relname, g.grantee`;

const COLUMN_GRANTS = `
  select r.relname || ' 7 ' || g.grantee::regrole || ' ' || g.privilege_type as place,
         '  grant ' || lower(g.privilege_type) || ' (' || string_agg(a.attname, ', ' order by a.attnum) || ') to ' ||
         g.grantee::regrole as line
  from pg_class r join pg_attribute a on a.attrelid = r.oid cross join lateral aclexplode(a.attacl) g
  where r.relnamespace = $1::text::regnamespace
  group by r.oid, r.relname, g.grantee, g.privilege_type`;

const COMMENTS = `
  select r.relname || ' 0' as place, '  -- ' || obj_description(r.oid, 'pg_class') as line
  from pg_class r
  where r.relnamespace = $1::text::regnamespace and r.relkind in ('r', 'p', 'v')
    and obj_description(r.oid, 'pg_class') is not null`;

const FUNCTIONS = `
  select p.oid::regprocedure::text as place,
         rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' ||
         coalesce(E'\\n-- ' || obj_description(p.oid, 'pg_proc'), '') as line
  from pg_proc p where p.pronamespace = $1::text::regnamespace and p.prokind in ('f', 'p')`;

const FUNCTION_GRANTS = `
  select p.oid::regprocedure::text || ' ' || coalesce(nullif(g.grantee, 0)::regrole::text, 'public') as place,
         'grant execute on ' || p.oid::regprocedure || ' to ' ||
         coalesce(nullif(g.grantee, 0)::regrole::text, 'public') as line
  from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
  where p.pronamespace = $1::text::regnamespace and g.grantee <> p.proowner`;

const SCHEMA_GRANTS = `
  select g.grantee::regrole::text || g.privilege_type as place,
         'grant ' || lower(g.privilege_type) || ' on schema ' || n.nspname || ' to ' || g.grantee::regrole as line
  from pg_namespace n cross join lateral aclexplode(n.nspacl) g
  where n.nspname = $1 and g.grantee <> n.nspowner`;

export async function dumpSchema(client: Client, schema: string): Promise<string> {
  const read = async (parts: readonly string[]): Promise<string[]> => {
    const union = parts.map((part) => `(${part})`).join(' union all ');
    const { rows } = await client.query<{ line: string }>(
      `select line from (${union}) parts(place, line) order by place ${ORDERED}, line ${ORDERED}`,
      [schema],
    );
    return rows.map(({ line }) => line);
  };
  await client.query(`set search_path = pg_catalog`); // every name is said with its schema
  const tables = [TABLES, COMMENTS, COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS, POLICIES, TABLE_GRANTS, COLUMN_GRANTS];
  const sections = [
    [`-- schema ${schema}`, ...(await read([SCHEMA_GRANTS]))],
    (await read(tables)).map((line) => (line.startsWith(' ') ? line : `\n${line}`)),
    (await read([FUNCTIONS])).map((line) => `\n${line}`),
    ['', ...(await read([FUNCTION_GRANTS]))],
  ];
  return `${sections.flat().join('\n').trimEnd()}\n`;
}
