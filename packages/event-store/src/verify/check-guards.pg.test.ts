import { migrate, openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { checkGuards } from './check-guards.ts';
import { GUARDS } from './guards.ts';

async function check(url: string, schemas?: Record<string, string>) {
  const options = { url, applicationName: 'guards', connectionsMax: 1, ...(schemas && { schemas }) };
  await using database = openDatabase<LedgerTables>(options);
  const { findings, areKeysUnique } = await checkGuards(database.db);
  return { problems: findings.map(({ detail }) => detail), areKeysUnique };
}

const ALL_ON = { problems: [], areKeysUnique: true };

describe('guards', () => {
  let test: TestDatabase;

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
  });
  afterEach(() => test.drop());

  const run = async (statement: string) => {
    await using database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'owner', connectionsMax: 1 });
    await database.pool.query(statement);
  };

  // Run by `test:postgres`, too: every supported version has to come to the same.
  it('are all on after the migrations, and the list holds every one that there is', async () => {
    expect(await check(test.url)).toEqual(ALL_ON);
    await using database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'guards', connectionsMax: 1 });
    const { rows } = await sql<{ table: string; name: string }>`
      select c.relname as "table", g.name
      from pg_class c
      cross join lateral (
        select conname as name from pg_constraint where conrelid = c.oid and contype <> 'n'
        union all select tgname from pg_trigger where tgrelid = c.oid and not tgisinternal
      ) g
      where c.relnamespace = 'ledger'::regnamespace and c.relkind = 'r' and not starts_with(c.relname, 'migrations')
    `.execute(database.db);
    const listed = Object.entries(GUARDS).flatMap(([table, { constraints, triggers }]) =>
      Object.keys({ ...constraints, ...triggers }).map((name) => `${table} ${name}`),
    );
    expect(rows.map(({ table, name }) => `${table} ${name}`).toSorted()).toEqual(listed.toSorted());
  });

  it('are seen by a reader, and in a schema of another name', async () => {
    expect(await check(await test.login('settlement_reader'))).toEqual(ALL_ON);
    const schemas = { ledger: 'ledger_eu' };
    await migrate(test.url, [ledgerMigrations], { schemas });
    await run('alter table ledger.events disable trigger events_are_immutable');
    expect(await check(test.url, schemas)).toEqual(ALL_ON);
    await run('alter table ledger_eu.events disable trigger events_are_immutable');
    expect((await check(test.url, schemas)).problems).toEqual(['events: trigger events_are_immutable is off']);
  });

  it.each([
    ['alter table ledger.events disable trigger events_are_immutable', 'events: trigger events_are_immutable is off'],
    ['alter table ledger.seals enable trigger seals_are_immutable', 'seals: trigger seals_are_immutable is off'],
    ['alter table ledger.intake enable replica trigger intake_only_grows', 'intake: trigger intake_only_grows is off'],
    ['drop trigger partitions_are_fixed on ledger.partitions', 'partitions: trigger partitions_are_fixed is not there'],
    [
      `create or replace trigger events_are_immutable before truncate on ledger.events
       execute function ledger.refuse_change()`,
      'events: trigger events_are_immutable is another one',
    ],
    [
      `create function public.refuse_change() returns trigger language plpgsql as $$ begin return null; end $$;
       create or replace trigger events_are_immutable before update or delete or truncate on ledger.events
         execute function public.refuse_change();
       alter table ledger.events enable always trigger events_are_immutable;
       do $$ begin execute format('alter database %I set search_path = public', current_database()); end $$`,
      'events: trigger events_are_immutable is off',
    ],
    [
      `alter table ledger.seals disable trigger all;
       alter table ledger.seals enable always trigger seals_are_immutable`,
      'seals: constraint seals_follow_the_block_before is off',
    ],
    ['alter table ledger.seals drop constraint seals_not_empty', 'seals: constraint seals_not_empty is not there'],
    [
      `alter table ledger.events drop constraint events_version_is_positive,
         add constraint events_version_is_positive check (version > 0) not valid`,
      'events: constraint events_version_is_positive is another one',
    ],
    [
      `alter table ledger.intake drop constraint intake_pk,
         add constraint intake_pk primary key (day, partition, outcome, currency) deferrable`,
      'intake: constraint intake_pk is another one',
    ],
    [
      `update pg_index set indisvalid = false where indexrelid = 'ledger.events_pk'::regclass`,
      'events: constraint events_pk is off',
    ],
    ['alter table ledger.events enable row level security', 'events: row-level security is on'],
    ['alter table ledger.consumer_offsets disable row level security', 'consumer_offsets: row-level security is off'],
    ['create rule r as on insert to ledger.conflicts do instead nothing', 'conflicts: it has rules'],
    ['create table ledger.more () inherits (ledger.events)', 'events: it inherits rows to or from another table'],
    ['alter table ledger.rejections set unlogged', 'rejections: it is no ordinary, logged table'],
    ['alter table ledger.conflicts rename to hidden', 'conflicts: the table is not there'],
  ])('are missed: %s', async (statement, problem) => {
    await run(statement);
    expect((await check(test.url)).problems).toContain(problem);
  });

  it.each([
    'alter table ledger.events drop constraint events_idempotency_key_unique',
    `alter table ledger.events drop constraint events_idempotency_key_unique;
     create index events_idempotency_key_unique on ledger.events (idempotency_key)`,
    `alter table ledger.events drop constraint events_idempotency_key_unique,
       add constraint events_idempotency_key_unique unique (idempotency_key, partition)`,
    `update pg_index set indisunique = false where indexrelid = 'ledger.events_idempotency_key_unique'::regclass`,
  ])('do not answer for keys any more: %s', async (statement) => {
    await run(statement);
    expect((await check(test.url)).areKeysUnique).toBe(false);
  });
});
