/** A database, a projector and a query API, and what tests do to them. */
import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { createProjector, readMigrations } from '@northwind/projector';
import {
  createHealth,
  createMetrics,
  type Database,
  openDatabase,
  type Service,
  systemClock,
} from '@northwind/service-kit';
import { eventually, silentLogger, type TestDatabase, testDatabase } from '@northwind/testing';
import { deliveryMigrations } from '@northwind/webhooks';
import { createApiKey } from '../src/access/create-api-key.ts';
import { createLoginLink } from '../src/access/create-login-link.ts';
import { accessMigrations } from '../src/access/migrations.ts';
import type { ApiTables } from '../src/api-tables.ts';
import { createQueryApi, type QueryApi, type QueryApiOptions } from '../src/create-query-api.ts';

export const MIGRATIONS = [ledgerMigrations, readMigrations, deliveryMigrations, accessMigrations];
export const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');

export interface TestApi extends AsyncDisposable {
  readonly api: QueryApi;
  readonly database: Database<ApiTables>;
  readonly url: string;
  /** Appends events and waits until the projector has applied them. */
  append(...events: CloudEvent[]): Promise<void>;
  merchantKey(merchantId: string): Promise<string>;
  roleKey(role: 'finance' | 'operator'): Promise<string>;
  /** The cookie of a new session, as a browser sends it. */
  signIn(merchantId: string): Promise<string>;
  fetch(path: string, init?: RequestInit & { key?: string }): Promise<TestAnswer>;
  /** Another API node on the same database. */
  startNode(options?: Partial<QueryApiOptions>): Promise<QueryApi>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert
  readonly body: any;
}

export interface StartOptions {
  readonly api?: Partial<QueryApiOptions>;
  /** Without one nothing rings the doorbell and nothing is projected. */
  readonly projector?: boolean;
}

export async function startApi(options: StartOptions = {}): Promise<TestApi> {
  const testing = await testDatabase(MIGRATIONS);
  const database = openDatabase<ApiTables>({
    url: testing.url,
    applicationName: 'api test',
    connectionsMax: 12,
    pipeline: true,
  });
  // Nodes have what the API's role has and no more; the tests look on as the owner.
  const nodeDatabase = openDatabase<ApiTables>({
    url: await testing.login('settlement_api'),
    applicationName: 'api test',
    connectionsMax: 12,
  });
  const logger = silentLogger();
  const clock = systemClock;
  const nodes: Service[] = [];
  if (options.projector !== false) nodes.push(createProjector({ database: database as never, logger, clock }));

  const startNode = async (overrides: Partial<QueryApiOptions> = {}) => {
    const node = createQueryApi({
      database: nodeDatabase,
      logger,
      clock,
      health: createHealth(),
      registry: createMetrics(),
      host: '127.0.0.1',
      port: 0,
      secretsKey: SECRETS_KEY,
      allowInsecureTargets: true,
      ...overrides,
    });
    nodes.push(node);
    await node.start();
    return node;
  };
  for (const node of nodes) await node.start();
  const api = await startNode(options.api);
  const { url } = api;
  return {
    api,
    database,
    url,
    startNode,
    append: (...events) => append(database, events),
    merchantKey: async (merchantId) =>
      (await createApiKey(database.db, { role: 'merchant', merchantId, name: 'test' })).key,
    roleKey: async (role) => (await createApiKey(database.db, { role, merchantId: null, name: 'test' })).key,
    signIn: (merchantId) => signIn(database, url, merchantId),
    fetch: (path, init) => fetchAnswer(url + path, init),
    [Symbol.asyncDispose]: () => stopAll(nodes, [nodeDatabase, database], testing),
  };
}

async function append(database: Database<ApiTables>, events: readonly CloudEvent[]): Promise<void> {
  const outcomes = await createEventLog(database).append(
    events.map((event) => {
      const parsed = parseEvent(toJson(event), { receivedAtMs: systemClock.nowMs() });
      if (!parsed.ok) throw new Error(`${parsed.rejection.field}: ${parsed.rejection.message}`);
      return { event: parsed.event, messageId: null };
    }),
  );
  for (const outcome of outcomes) if (outcome.kind !== 'appended') throw new Error(`event is a ${outcome.kind}`);
  await eventually(async () => {
    const { rows } = await database.pool.query<{ lag: bigint }>(
      `select coalesce(sum(p.next_offset - o.next_offset), 1)::int8 as lag
       from ledger.consumer_offsets o join ledger.partitions p using (partition) where consumer_group like 'read_%'`,
    );
    return rows[0]?.lag === 0n;
  });
}

async function signIn(database: Database<ApiTables>, url: string, merchantId: string): Promise<string> {
  const { token } = await createLoginLink(database.db, { merchantId, ttlMs: 60_000 });
  const { headers, status } = await fetchAnswer(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  });
  if (status !== 204) throw new Error(`signing in answered ${status}`);
  return headers.get('set-cookie')?.split(';')[0] ?? '';
}

export async function fetchAnswer(url: string, init: RequestInit & { key?: string } = {}): Promise<TestAnswer> {
  const headers = new Headers(init.headers);
  if (init.key) headers.set('authorization', `Bearer ${init.key}`);
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

async function stopAll(nodes: readonly Service[], databases: readonly Database<ApiTables>[], testing: TestDatabase) {
  for (const node of nodes.toReversed()) await node.stop();
  for (const database of databases) await database.close();
  await testing.drop();
}
