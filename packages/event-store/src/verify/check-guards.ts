/**
 * Looks whether the tables' guards are on. What was changed while one was off is found by the rest of verify; a guard
 * that is still off lets the next change through, and under row-level security each reader may see another log.
 */
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import type { Finding } from './finding.ts';
import { GUARDS, KEY_GUARD, type TableGuards } from './guards.ts';

export interface GuardsCheck {
  readonly findings: readonly Finding[];
  /** PostgreSQL itself keeps a key from standing twice. */
  readonly areKeysUnique: boolean;
}

interface Guard {
  readonly definition: string;
  readonly isOn: boolean;
}

interface TableState {
  readonly table: string;
  /** As it stands in definitions. */
  readonly schema: string;
  /** An ordinary one that survives a crash. */
  readonly isOrdinary: boolean;
  readonly hasRelatives: boolean;
  readonly hasRules: boolean;
  readonly hasRowSecurity: boolean;
  readonly constraints: Readonly<Record<string, Guard>>;
  readonly triggers: Readonly<Record<string, Guard>>;
}

export async function checkGuards(db: Kysely<LedgerTables>): Promise<GuardsCheck> {
  const states = new Map((await readTables(db)).map((state) => [state.table, state]));
  const problems = Object.entries(GUARDS).flatMap(([table, guards]) => {
    const state = states.get(table);
    return (state === undefined ? ['the table is not there'] : problemsOf(state, guards)).map(
      (problem) => `${table}: ${problem}`,
    );
  });
  const keyGuard = states.get('events')?.constraints[KEY_GUARD];
  return {
    findings: problems.map((detail) => ({ kind: 'guard_off', partition: -1, offset: 0n, toOffset: 0n, detail })),
    areKeysUnique: keyGuard?.isOn === true && keyGuard.definition === GUARDS.events?.constraints[KEY_GUARD],
  };
}

function problemsOf(state: TableState, guards: TableGuards): string[] {
  const { isOrdinary, hasRelatives, hasRules, hasRowSecurity } = state;
  const wantsRowSecurity = guards.hasRowSecurity === true;
  const inWords = (definition: string) => definition.replaceAll(`${state.schema}.`, '');
  const off = (what: string, wanted: TableGuards['triggers'], found: TableState['triggers']) =>
    Object.entries(wanted).flatMap(([name, definition]) => {
      const guard = found[name];
      if (guard === undefined) return [`${what} ${name} is not there`];
      if (!isSame(inWords(guard.definition), definition)) return [`${what} ${name} is another one`];
      return guard.isOn ? [] : [`${what} ${name} is off`];
    });
  return [
    ...(isOrdinary ? [] : ['it is no ordinary, logged table']),
    ...(hasRelatives ? ['it inherits rows to or from another table'] : []),
    ...(hasRules ? ['it has rules'] : []),
    ...(hasRowSecurity === wantsRowSecurity ? [] : [`row-level security is ${hasRowSecurity ? 'on' : 'off'}`]),
    ...off('constraint', guards.constraints, state.constraints),
    ...off('trigger', guards.triggers, state.triggers),
  ];
}

/** One that was made over rows that may break it can be validated later. */
const isSame = (found: string, wanted: string) => found === wanted || `${found} NOT VALID` === wanted;

/** The catalogue is open to every role. A foreign key is kept by triggers of its own, a key by its index. */
async function readTables(db: Kysely<LedgerTables>): Promise<TableState[]> {
  const { rows } = await sql<TableState>`
    select c.relname as "table", quote_ident(n.nspname) as schema,
           c.relkind = 'r' and c.relpersistence = 'p' as "isOrdinary",
           exists (select from pg_inherits i where c.oid in (i.inhparent, i.inhrelid)) as "hasRelatives",
           exists (select from pg_rewrite w where w.ev_class = c.oid) as "hasRules",
           c.relrowsecurity as "hasRowSecurity",
           coalesce((
             select jsonb_object_agg(k.conname, jsonb_build_object(
                      'definition', pg_get_constraintdef(k.oid),
                      'isOn', (k.contype not in ('p', 'u') or exists (
                          select from pg_index x
                          where x.indexrelid = k.conindid and x.indrelid = c.oid and x.indisunique and x.indisvalid
                            and x.indisready and x.indislive and x.indpred is null and x.indexprs is null
                            and string_to_array(x.indkey::text, ' ')::int2[] = k.conkey
                        )) and not exists (
                          select from pg_trigger t where t.tgconstraint = k.oid and t.tgenabled not in ('O', 'A')
                        )))
             from pg_constraint k where k.conrelid = c.oid
           ), '{}') as constraints,
           coalesce((
             select jsonb_object_agg(t.tgname, jsonb_build_object(
                      'definition', substr(d.text, 1, strpos(d.text, ' ON ')) || substring(d.text from ' ON \\S+ (.*)'),
                      'isOn', t.tgenabled = 'A' and f.pronamespace = n.oid))
             from pg_trigger t
             join pg_proc f on f.oid = t.tgfoid
             cross join lateral (
               select replace(pg_get_triggerdef(t.oid), format('CREATE TRIGGER %I ', t.tgname), '') as text
             ) d
             where t.tgrelid = c.oid and not t.tgisinternal
           ), '{}') as triggers
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.oid = (select e.relnamespace from pg_class e where e.oid = 'ledger.events'::regclass)
      and c.relname = any (${Object.keys(GUARDS)}::text[])`.execute(db);
  return rows;
}
