import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { columnTypes } from './parse-column.ts';
import { preparingPool } from './prepare-statements.ts';
import { clientClass, type SchemaNames } from './rename-schemas.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in pg_stat_activity, so that a connection can be traced to the service that holds it. */
  readonly applicationName: string;
  readonly connectionsMax: number;
  /** Told when a connection breaks between two queries. The pool replaces it; the next query finds out if it can't. */
  readonly onConnectionError?: (error: Error) => void;
  readonly limits?: Partial<ConnectionLimits>;
  /** Of every session, as SET takes them: `{ synchronous_commit: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Statements of one connection may be sent before the ones ahead of them are answered. Not with cursors. */
  readonly pipeline?: boolean;
  /** Statements that say they are planned each time are planned once, too; for sessions whose plans go by index. */
  readonly keepsAllPlans?: boolean;
  /** What this database calls the schemas of the statements, where it is something else: `{ ledger: 'ledger_eu' }`. */
  readonly schemas?: SchemaNames;
}

/**
 * How long a connection may be silent. A process that dies closes its connections; a host that dies, or a network that
 * swallows packets, does not: without limits its locks would be held, and its peer would wait, for hours.
 */
export interface ConnectionLimits {
  /** The server cancels a statement that takes longer; 0 is no limit. The client gives up soon after that. */
  readonly statementMs: number;
  /** The server ends a session that leaves its transaction waiting longer, and frees its locks; 0 is no limit. */
  readonly idleInTransactionMs: number;
}

const LIMITS: ConnectionLimits = { statementMs: 60_000, idleInTransactionMs: 15_000 };
// The client's limit is above the server's: while the server is there, it is the one that ends a statement.
const ANSWER_GRACE_MS = 5_000;

export interface Database<DB> extends AsyncDisposable {
  readonly db: Kysely<DB>;
  readonly pool: pg.Pool;
  /** Waits for the connections in use to be given back, and closes them all. Safe twice. */
  close(): Promise<void>;
}

// Also the longest a query waits for one of the pool's connections to become free.
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * A pool and a query builder on it. No connection is made before the first query. int8 columns come back as bigint,
 * timestamptz as `YYYY-MM-DDTHH:MM:SS.ffffffZ`, date as `YYYY-MM-DD`; sessions are in UTC. What the query builder says
 * is prepared once a connection.
 */
export function openDatabase<DB>(options: DatabaseOptions): Database<DB> {
  const pool = new pg.Pool({
    ...connectionOptions(options),
    max: options.connectionsMax,
    ...(options.pipeline && { pipeline: true }),
    Client: clientClass(options.schemas),
  });
  pool.on('connect', (client) => {
    client.once('error', (error) => options.onConnectionError?.(error));
    client.on('error', ignore);
  });
  pool.on('error', ignore);
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: preparingPool(pool, { keepsAllPlans: options.keepsAllPlans ?? false }) }),
  });
  let closed: Promise<void> | null = null;
  const close = () => {
    // Kysely only ends a pool that it has used.
    closed ??= db.destroy().then(() => (pool.ended || pool.ending ? undefined : pool.end()));
    return closed;
  };
  return { db, pool, close, [Symbol.asyncDispose]: close };
}

// A connection that breaks tells of it, be it idle or between two statements of a transaction, some of them twice, and
// an idle one through the pool as well. Each of these would end the process if nobody listened. (A query under way
// rejects, too.)
const ignore = () => undefined;

/** One connection outside any pool, for LISTEN and for locks; set up like the pool's. Not connected yet. */
export function createDatabaseClient(options: ClientOptions): pg.Client {
  return new (clientClass(options.schemas))(connectionOptions(options));
}

type ClientOptions = Pick<DatabaseOptions, 'url' | 'applicationName' | 'limits' | 'schemas' | 'settings'>;

function connectionOptions({ url, applicationName, limits, settings }: ClientOptions): pg.PoolConfig {
  const { statementMs, idleInTransactionMs } = { ...LIMITS, ...limits };
  const all = {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    // The server notices within half a minute that nobody is at the other end any more.
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    tcp_user_timeout: 20_000,
    ...settings,
  };
  return {
    connectionString: url,
    application_name: applicationName,
    options: Object.entries(all)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: columnTypes,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(statementMs > 0 && { query_timeout: statementMs + ANSWER_GRACE_MS }),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
  };
}
