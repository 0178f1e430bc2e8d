/** The system that a chaos run is let loose on: PostgreSQL, a queue, and the processes that are killed. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Clock, environment, randomId, StartupError } from '@northwind/service-kit';
import pg from 'pg';
import { initialiseCluster } from '../postgres/initialise-cluster.ts';
import { type PostgresPlace, placePostgres, removePlace } from '../postgres/place-postgres.ts';
import { databaseUrl, ensureDatabase } from '../postgres/start-postgres.ts';
import { queueUrl } from '../queue/queues.ts';
import { findFreePort } from '../stack/find-free-port.ts';
import { makeLogins, migrateAll } from '../stack/prepare-database.ts';
import { baseEnvironment, REGION, serviceLogin, withLogin } from '../stack/service-environment.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { type KeptPostgres, keepPostgres } from './keep-postgres.ts';
import { type KeptProcess, keepRunning } from './keep-running.ts';
import { CHAOS_GRANTS, CHAOS_LOGIN, CHAOS_TABLES } from './processes/chaos-consumer.ts';
import type { QueueCounts } from './queue/fifo-queue.ts';

export interface ChaosSystem {
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly postgres: KeptPostgres;
  /** Everything that is killed, in the order in which it is. */
  readonly processes: readonly KeptProcess[];
  readQueue(): Promise<QueueCounts>;
  /** SIGTERM to every process. Returns the names of those for which that was not enough. */
  stopProcesses(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  readonly folder: string;
  readonly writers: number;
  readonly projectors: number;
  readonly consumers: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const fromHere = (path: string) => resolve(import.meta.dirname, path);

/** The main files that production runs, and the run's own. */
const MAINS = {
  queue: [fromHere('processes/run-queue.ts')],
  writer: [fromHere('../../../ledger-writer/src/main.ts')],
  projector: [fromHere('../../../projector/src/main.ts')],
  consumer: [fromHere('processes/run-consumer.ts')],
  sealer: [fromHere('processes/run-sealer.ts')],
} as const;
/** Each connects as production lets it: with the rights of its service, and no others. */
const LOGINS: Readonly<Partial<Record<keyof typeof MAINS, string>>> = {
  writer: serviceLogin('writer').login,
  projector: serviceLogin('projector').login,
  sealer: serviceLogin('sealer').login,
  consumer: CHAOS_LOGIN.login,
};
const END_WITH_PARENT = pathToFileURL(fromHere('processes/end-with-parent.ts')).href;
const QUEUE_NAME = 'chaos.fifo';
const STOP_TIMEOUT_MS = 8_000;
const READY_TIMEOUT_MS = 20_000;
/**
 * What an operator would set for a backlog on a small machine, where every commit, doorbell and round of a consumer
 * costs as much as a hundred events: appends are large, also because a killed writer then holds more of what is not
 * committed. What it held is delivered again after the visibility time, the least that a writer takes; until then the
 * queue gives out nothing of those merchants, so a writer may not take hold of all merchants. Consumers take together
 * what comes within a tenth of a second, instead of a turn for each commit of each writer.
 */
const BACKLOG_SETTINGS = {
  SETTLEMENT_WRITER_VISIBILITY_SECONDS: '3',
  SETTLEMENT_WRITER_FLUSH_MS: '100',
  SETTLEMENT_WRITER_IN_HAND_MAX: '2000',
  SETTLEMENT_PROJECTOR_COLLECT_MS: '100',
};
/**
 * Garbage is collected by the thread that made it, in a nursery that a start does not fill again and again. There are
 * several processes a core: helper threads of theirs would only take the cores from one another.
 */
const COLLECT_ALONE = ['--single-threaded-gc', '--min-semi-space-size=16'];

export async function startSystem(options: SystemOptions): Promise<ChaosSystem> {
  const { folder, clock, signal } = options;
  await using cleanup = new AsyncDisposableStack();
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const ports = new Set<number>();
  const takePort = async () => {
    const port = await findFreePort(undefined, ports);
    ports.add(port);
    return port;
  };
  const place = placePostgres({ folder, stackId: `chaos-${process.pid}` });
  cleanup.defer(() => removePlace(place));
  const database = await startDatabase({ place, port: await takePort(), logs, clock });
  cleanup.defer(() => database.postgres.stop());
  signal.throwIfAborted();

  const queuePort = await takePort();
  const address = queueUrl(`http://127.0.0.1:${queuePort}`, QUEUE_NAME);
  const common = processEnvironment({ folder, queueUrl: address, queuePort });
  const keep = (name: string, kind: keyof typeof MAINS) =>
    keepRunning({
      name,
      parameters: [...COLLECT_ALONE, '--import', END_WITH_PARENT, ...MAINS[kind]],
      environment: { ...common, ...databaseEnvironment(database.url, kind) },
      logFile: join(logs, `${name}.log`),
      clock,
    });
  const queue = keep('queue', 'queue');
  cleanup.defer(async () => void (await queue.stop(1_000)));
  queue.start();
  const readQueue = async () => (await (await fetch(address)).json()) as QueueCounts;
  const answers = () =>
    readQueue().then(
      () => true,
      () => false,
    );
  if (!(await waitUntil(answers, { clock, timeoutMs: READY_TIMEOUT_MS, signal }))) {
    throw new StartupError('the queue of the chaos run does not answer', { hint: `its log: ${logs}/queue.log` });
  }

  const processes = inTurn(options).map(({ name, kind }) => keep(name, kind));
  const stopProcesses = async () => {
    const stopped = await Promise.all(
      processes.map(async (each) => ({ name: each.name, inTime: await each.stop(STOP_TIMEOUT_MS) })),
    );
    return stopped.filter(({ inTime }) => !inTime).map(({ name }) => name);
  };
  cleanup.defer(async () => void (await stopProcesses()));
  for (const each of processes) each.start();
  const all = cleanup.move();
  const { url, postgres } = database;
  return {
    databaseUrl: url,
    queueUrl: address,
    postgres,
    processes,
    readQueue,
    stopProcesses,
    stop: () => all.disposeAsync(),
  };
}

interface Planned {
  readonly name: string;
  readonly kind: keyof typeof MAINS;
}

/** Writers, projectors and the rest take turns, so that one kind is not struck three times in a row. */
function inTurn({ writers, projectors, consumers }: SystemOptions): Planned[] {
  const kinds = [
    { kind: 'writer', count: writers },
    { kind: 'projector', count: projectors },
    { kind: 'consumer', count: consumers },
    { kind: 'sealer', count: 1 },
  ] as const;
  const rounds = Math.max(...kinds.map(({ count }) => count));
  return Array.from({ length: rounds }, (_, round) =>
    kinds.filter(({ count }) => round < count).map(({ kind }) => ({ name: `${kind}-${round + 1}`, kind })),
  ).flat();
}

async function startDatabase(options: {
  readonly place: PostgresPlace;
  readonly port: number;
  readonly logs: string;
  readonly clock: Clock;
}): Promise<{ readonly postgres: KeptPostgres; readonly url: string }> {
  const { place, port, logs, clock } = options;
  const password = randomId();
  await initialiseCluster(place, password);
  const postgres = await keepPostgres({ place, port, password, logFile: join(logs, 'postgres.log'), clock });
  try {
    await ensureDatabase(port, password);
    const url = databaseUrl(port, password);
    await migrateAll(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(CHAOS_TABLES);
    await makeLogins(url, password, [CHAOS_LOGIN]);
    await client.query(CHAOS_GRANTS);
    await client.end();
    return { postgres, url };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

function databaseEnvironment(ownersUrl: string, kind: keyof typeof MAINS): Record<string, string> {
  const login = LOGINS[kind];
  return login === undefined ? {} : { DATABASE_URL: withLogin(ownersUrl, login) };
}

interface Places {
  readonly folder: string;
  readonly queueUrl: string;
  readonly queuePort: number;
}

/** One environment serves them all, as in production; only the login of each is its own. */
function processEnvironment({ folder, queueUrl: address, queuePort }: Places): Record<string, string> {
  return {
    ...baseEnvironment(environment()),
    // Processes are started hundreds of times: compiled once, they start in a quarter of a second instead of a half.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    SETTLEMENT_LOG_LEVEL: 'error',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    SQS_EVENTS_URL: address,
    ...BACKLOG_SETTINGS,
    CHAOS_QUEUE_PORT: String(queuePort),
  };
}
