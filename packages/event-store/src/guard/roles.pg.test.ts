import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { registerGroup } from '../consume/register-group.ts';
import { isDataRefused } from '../errors/ledger-errors.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';

let test: TestDatabase;
let owner: pg.Client;
const clients = new Map<string, pg.Client>();

beforeAll(async () => {
  test = await testDatabase([ledgerMigrations]);
  await using database = openDatabase<LedgerTables>({
    url: test.url,
    applicationName: 'roles test',
    connectionsMax: 2,
  });
  await createEventLog(database).append(payments(50, 'a'));
  for (const group of ['read_1', 'webhooks', 'seal', 'theirs']) await registerGroup(database.db, group);
  owner = new pg.Client(test.url);
  await owner.connect();
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await owner.end();
  await test.drop();
});

/** A connection with a login of its own that is a member of the role, as a service has it. */
async function as(role: string): Promise<pg.Client> {
  const known = clients.get(role);
  if (known) return known;
  const client = new pg.Client(await test.login(role));
  await client.connect();
  clients.set(role, client);
  return client;
}

const SERVICES = ['writer', 'projector', 'webhooks', 'api', 'sealer', 'operator', 'reader', 'consumer'];
const roles = SERVICES.map((service) => `settlement_${service}`);

// What nobody but the owner does, as statements that would succeed for the owner or be refused for another reason.
const FOR_NOBODY = [
  `insert into ledger.events select * from ledger.events limit 1`,
  'update ledger.events set subject = subject',
  'delete from ledger.events',
  'truncate ledger.events',
  'update ledger.partitions set next_offset = next_offset + 1',
  'update ledger.partitions set next_offset = 0',
  'insert into ledger.partitions (partition) values (99)',
  'delete from ledger.partitions',
  'update ledger.intake set messages = 0',
  'delete from ledger.conflicts',
  'delete from ledger.rejections',
  'delete from ledger.consumer_offsets',
  `insert into ledger.consumer_actions (action, consumer_group, partition, to_offset, actor)
   values ('resumed', 'g', 0, 0, 'me')`,
  'delete from ledger.consumer_actions',
  'update ledger.seals set root = root',
  'delete from ledger.seals',
  `insert into ledger.break_glass_uses (operation, actor, reason) values ('open', 'me', 'because I want to')`,
  `select ledger.break_glass('me', 'because I want to')`,
  `call ledger.make_append_only('ledger.events', '{subject}')`,
  'alter table ledger.events disable trigger all',
  'drop trigger events_are_immutable on ledger.events',
  'drop table ledger.events cascade',
  'create table ledger.mine ()',
  'create or replace function ledger.refuse_change() returns trigger language plpgsql as $$ begin return null; end $$',
  'set session_replication_role = replica',
];

describe.each(roles)('%s', (role) => {
  it.each(FOR_NOBODY)('may not: %s', async (statement) => {
    await expect((await as(role)).query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the least a service needs', () => {
  it.each([
    ['writer', 'select from ledger.events'],
    ['writer', 'select from ledger.consumer_offsets'],
    ['writer', 'update ledger.consumer_offsets set next_offset = next_offset'],
    ['writer', 'select from ledger.intake'],
    ['writer', 'select from ledger.seals'],
    ['webhooks', 'select from ledger.events'],
    ['api', 'select from ledger.events'],
    ['api', 'update ledger.consumer_offsets set next_offset = next_offset'],
    ['operator', 'select data from ledger.events'],
    ['operator', 'update ledger.consumer_offsets set next_offset = next_offset'],
    ['projector', 'select from ledger.rejections'],
    ['projector', 'update ledger.consumer_offsets set paused_at = now()'],
    ['projector', `update ledger.consumer_offsets set consumer_group = 'x'`],
    ['projector', `select ledger.seek_group('read_1', 0::int2, 'end', 'me', 'why not')`],
    ['projector', 'insert into ledger.seals default values'],
    ['reader', 'update ledger.consumer_offsets set next_offset = next_offset'],
    ...roles
      .filter((role) => role !== 'settlement_writer')
      .map((role) => [role.slice(11), `select ledger.reject_messages('{m}', '{c}', '{f}', '{r}', '{abc}')`] as const),
  ] as const)('%s may not: %s', async (service, statement) => {
    await expect((await as(`settlement_${service}`)).query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    ['projector', 'read_1', ['webhooks', 'seal', 'theirs']],
    ['webhooks', 'webhooks', ['read_1', 'seal', 'theirs']],
    ['sealer', 'seal', ['read_1', 'webhooks', 'theirs']],
    ['consumer', 'theirs', ['read_1', 'webhooks', 'seal']],
  ] as const)('%s moves the offsets of %s and not those of %s', async (service, own, others) => {
    const client = await as(`settlement_${service}`);
    const move = async (group: string) => {
      const claim = 'select from ledger.consumer_offsets where consumer_group = $1 for update skip locked';
      const set = 'update ledger.consumer_offsets set updated_at = clock_timestamp() where consumer_group = $1';
      return [(await client.query(claim, [group])).rowCount, (await client.query(set, [group])).rowCount];
    };
    expect(await move(own)).toEqual([16, 16]);
    for (const other of others) {
      expect(await move(other)).toEqual([0, 0]);
      const join = `insert into ledger.consumer_offsets (consumer_group, partition) values ($1, 0)
                    on conflict do nothing`;
      await expect(client.query(join, [other])).rejects.toThrow('row-level security');
    }
  });

  it('is, for the writer, this and nothing else in the whole database', async () => {
    const { rows } = await owner.query(PRIVILEGES, ['settlement_writer']);
    expect(rows.map(({ privilege, name }) => `${privilege} ${name}`)).toEqual([
      'EXECUTE function ledger.append_events',
      'EXECUTE function ledger.reject_messages',
      'SELECT table ledger.migrations',
      'SELECT table ledger.partitions',
      'USAGE schema ledger',
      'USAGE schema public', // as everybody has it, and nothing is in it
    ]);
  });

  it('every function of the schema is closed to the public, and safe from a search path of the caller’s', async () => {
    const { rows } = await owner.query(`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'ledger'::regnamespace
        and (has_function_privilege('public', p.oid, 'execute')
             or not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false))`);
    expect(rows).toEqual([]);
  });

  it('no service role is a member of another, may log in, or owns anything', async () => {
    const { rows } = await owner.query(
      `select rolname as name, rolcanlogin as login, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as strong,
              exists (select from pg_auth_members m where m.member = r.oid) as is_member,
              exists (select from pg_class c where c.relowner = r.oid) as is_owner
       from pg_roles r where rolname = any ($1) order by 1`,
      [roles],
    );
    const weak = { login: false, strong: false, is_member: false, is_owner: false };
    expect(rows).toEqual(roles.toSorted().map((name) => ({ name, ...weak })));
  });
});

describe('the writer can’t skip an offset', () => {
  const { parameters, call } = appendCall();

  it.each([
    ['a partition that is not there', { in_partitions: [99] }, 'P0004'],
    ['a negative partition', { in_partitions: [-1] }, 'P0004'],
    ['no partition', { in_partitions: [null] }, 'P0004'],
    ['no key', { in_keys: [null] }, 'P0004'],
    ['arrays of other lengths', { in_types: [] }, 'P0004'],
    ['an array that is missing', { in_data: null }, 'P0004'],
    ['no type', { in_types: [null] }, '23502'],
    ['no data', { in_data: [null] }, '23502'],
    ['no fingerprint', { in_fingerprints: [null] }, '23502'],
    ['a fingerprint that is none', { in_fingerprints: [Buffer.from('short')] }, '23514'],
  ])('by appending with %s: refused as a defect, and nothing is kept', async (_, wrong, code) => {
    const writer = await as('settlement_writer');
    const heads = () => owner.query('select partition, next_offset from ledger.partitions order by 1');
    const before = (await heads()).rows;
    const values = Object.values({ ...parameters, ...wrong });
    const refusal = await writer.query(call, values).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    expect(isDataRefused(refusal)).toBe(false);
    expect((await heads()).rows).toEqual(before);
  });

  it('and appends with nothing wrong', async () => {
    const writer = await as('settlement_writer');
    await writer.query(call, Object.values(parameters));
    const { rowCount } = await owner.query('select from ledger.events where idempotency_key = $1', parameters.in_keys);
    expect(rowCount).toBe(1);
  });
});

/** What a role may do, in its own name, as a member or as one of the public, with schemas and what is in them. */
const PRIVILEGES = `
  with acls(schema, name, acl) as (
    select oid, 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
    union all
    select relnamespace, format('%s %s', case relkind when 'S' then 'sequence' else 'table' end, oid::regclass),
           coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
    from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select relnamespace, format('column %s.%s', attrelid::regclass, attname), attacl
    from pg_attribute a join pg_class c on c.oid = attrelid where attacl is not null
    union all
    select pronamespace, format('function %s', oid::regproc), coalesce(proacl, acldefault('f', proowner)) from pg_proc
  )
  select privilege_type as privilege, name
  from acls join pg_namespace n on n.oid = schema, aclexplode(acl)
  where nspname !~ '^pg_' and nspname <> 'information_schema'
    and case grantee when 0 then true else pg_has_role($1::name, grantee, 'usage') end
  order by (privilege_type || ' ' || name) collate "C"`;

function appendCall() {
  const event = payment({ paymentId: 'by hand' });
  const parameters = {
    in_keys: [event.idempotencyKey],
    in_types: [event.type],
    in_versions: [1],
    in_partitions: [4],
    in_merchant_ids: ['mer_001'],
    in_subjects: ['pay_1'],
    in_occurred_ats: [event.occurredAt],
    in_fingerprints: [Buffer.from(event.fingerprint)],
    in_message_ids: [null],
    in_traces: [null],
    in_data: [event.canonicalData],
    in_currencies: ['EUR'],
    in_amounts: [1_000],
  };
  const places = Object.keys(parameters).map((name, i) => `${name} => $${i + 1}`);
  return { parameters, call: `select * from ledger.append_events(${places.join(', ')})` };
}
