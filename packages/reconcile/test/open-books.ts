/** A database with a log of several days, applied by a real projector and real webhooks. */
import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { createProjector, readMigrations } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase, randomBytes, type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, startFakeMerchant, testDatabase } from '@northwind/testing';
import { createWebhookWorker, deliveryMigrations, registerEndpoint, type WebhookDatabase } from '@northwind/webhooks';
import { type Kysely, sql } from 'kysely';
import { reconcileMigrations } from '../src/migrations.ts';

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const GUARDED = [
  'ledger.events',
  'ledger.partitions',
  'ledger.intake',
  'ledger.conflicts',
  'ledger.rejections',
  'reconcile.certificates',
];

export type Books = Awaited<ReturnType<typeof openBooks>>;

/** Around midnight the days of a test would change under it: today becomes yesterday, which is not over for a while. */
const MIDNIGHT_MS = 200_000;

export async function openBooks() {
  const test = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations, reconcileMigrations]);
  const owner = openDatabase<ReadTables>({
    url: test.url,
    applicationName: 'books test',
    connectionsMax: 12,
    pipeline: true,
  });
  const finance = openDatabase<ReadTables>({
    url: await financeLogin(owner.db, test.url),
    applicationName: 'finance',
    connectionsMax: 2,
  });
  const log = createEventLog(owner);
  await eventually(
    async () => {
      const { rows } = await sql<{ isSafe: boolean }>`
        select (now() at time zone 'UTC')::time between '00:02:05' and '23:59:00' as "isSafe"`.execute(owner.db);
      return rows[0]?.isSafe === true;
    },
    { timeoutMs: MIDNIGHT_MS },
  );
  const merchant = await startFakeMerchant();
  const services: Service[] = [];
  const run = (statement: string) => sql.raw(statement).execute(owner.db);

  return {
    url: test.url,
    /** The owner's. */
    db: owner.db,
    /** With the roles of whoever reconciles, and no more. */
    finance: finance.db,
    today: async () => {
      const { rows } = await sql<{ today: string }>`select (now() at time zone 'UTC')::date as today`.execute(owner.db);
      return rows[0]?.today ?? '';
    },

    async append(events: readonly CloudEvent[]) {
      const inputs = events.map((event) => {
        const parsed = parseEvent(toJson(event), { receivedAtMs: Date.parse(event.time) });
        if (!parsed.ok) throw new Error(`${parsed.rejection.field}: ${parsed.rejection.message}`);
        return { event: parsed.event, messageId: null };
      });
      return log.append(inputs);
    },
    reject: (messageId: string) => log.reject([{ messageId, code: 'not_json', field: '', reason: 'no', body: '{' }]),

    /** Everything that was recorded so far becomes a day older. Before anything is applied. */
    async night() {
      await tamper(
        `update ledger.events set recorded_at = recorded_at - interval '1 day'`,
        `update ledger.partitions set recorded_at = recorded_at - interval '1 day'`,
        // In two steps: no day may come upon the one before it.
        'update ledger.intake set day = day - 10001',
        'update ledger.intake set day = day + 10000',
      );
    },

    async register(merchantId: string) {
      const options = { secretsKey: SECRETS_KEY, allowInsecureTargets: true, randomBytes };
      const result = await registerEndpoint(
        owner.db as unknown as Kysely<WebhookDatabase>,
        { merchantId, url: merchant.url },
        options,
      );
      if (!result.ok) throw new Error(result.problem.message);
    },

    /** Resolves when everything is projected, planned and acknowledged, each on the day on which it was recorded. */
    async apply() {
      const common = { logger: silentLogger(), clock: systemClock };
      services.push(createProjector({ database: owner, ...common }));
      const database = owner as unknown as Parameters<typeof createWebhookWorker>[0]['database'];
      services.push(createWebhookWorker({ database, secretsKey: SECRETS_KEY, allowInsecureTargets: true, ...common }));
      for (const service of services) await service.start();
      await eventually(async () => (await behind()) === 0n, { timeoutMs: 20_000 });
      await run(`update delivery.attempts a set finished_at = t.recorded_at
                 from delivery.deliveries d
                 join read.payout_transitions t on t.partition = d.partition and t."offset" = d."offset"
                 where d.delivery_id = a.delivery_id`);
      for (const service of services.splice(0).reverse()) await service.stop();
    },

    tamper,

    /** As an owner who says on record what he does. */
    async breakGlass(statement: string) {
      await owner.db.transaction().execute(async (trx) => {
        await sql`select ledger.break_glass('ada', 'a test of what is found')`.execute(trx);
        await sql.raw(statement).execute(trx);
      });
    },

    async [Symbol.asyncDispose]() {
      for (const service of services.reverse()) await service.stop();
      await merchant.stop();
      for (const database of [finance, owner]) await database.close();
      await test.drop();
    },
  };

  /** As an owner who has switched all guards off. */
  async function tamper(...statements: readonly string[]) {
    const set = (what: string) => GUARDED.map((table) => `alter table ${table} ${what} trigger all`);
    for (const statement of [...set('disable'), ...statements, ...set('enable')]) await run(statement);
  }

  async function behind(): Promise<bigint> {
    const { rows } = await sql<{ behind: bigint }>`
      select count(*) filter (where coalesce(o.next_offset, 0) < p.next_offset)
             + (select count(*) from delivery.deliveries where state = 'pending') as behind
      from ledger.partitions p
      cross join (values ('read_1'), ('webhooks')) as g(name)
      left join ledger.consumer_offsets o on o.partition = p.partition and o.consumer_group = g.name`.execute(owner.db);
    return rows[0]?.behind ?? 1n;
  }
}

/** Roles belong to the whole server, so another test file may have made it. */
async function financeLogin(db: Kysely<ReadTables>, url: string): Promise<string> {
  await sql`do $$ begin
    create role test_finance login password 'test' in role settlement_reader, settlement_reconciler;
  exception when duplicate_object or unique_violation then null; end $$`.execute(db);
  return Object.assign(new URL(url), { username: 'test_finance', password: 'test' }).href;
}
