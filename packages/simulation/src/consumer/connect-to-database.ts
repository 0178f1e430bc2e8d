/**
 * The simulated PostgreSQL as a process reaches it: in the place of the driver's pool, under the real query builder, so
 * that the consumer's own transactions, statements and error handling are what runs.
 */
import type { Database } from '@northwind/service-kit';
import { callServer, type Network, type SimulatedProcess } from '@northwind/testing/simulation';
import { Kysely, PostgresDialect } from 'kysely';
import { databaseError } from '../postgres/row-locks.ts';
import { type Answer, nameOf } from './run-statement.ts';
import { lostConnection, openSession, type ServerSession, type SessionOptions } from './server-session.ts';

export interface DatabaseConnection extends Omit<SessionOptions, 'onBreak' | 'onRing'> {
  readonly process: SimulatedProcess;
  readonly network: Network;
}

type Listener = (argument: unknown) => void;

/** As much of the driver's client as is used. */
interface SimulatedClient {
  query(text: string, values?: readonly unknown[]): Promise<Answer>;
  on(event: string, listener: Listener): void;
  release(destroy?: boolean): void;
  escapeIdentifier(name: string): string;
}

export function connectToDatabase<DB>(connection: DatabaseConnection): Database<DB> {
  const idle: { readonly client: SimulatedClient; readonly session: ServerSession }[] = [];
  const pool = {
    async connect(): Promise<SimulatedClient> {
      const known = idle.pop();
      if (known?.session.isOpen()) return known.client;
      await connect(connection);
      return createClient(connection, (client, session) => idle.push({ client, session }));
    },
    end: () => Promise.resolve(),
    options: {},
  };
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: pool as never }) });
  const close = () => Promise.resolve();
  return { db, pool: pool as never, close, [Symbol.asyncDispose]: close };
}

function connect({ postgres, process, network }: DatabaseConnection): Promise<void> {
  return callServer<void>({
    what: 'connect',
    caller: process,
    network,
    lostError: lostConnection,
    serve: (answer, fail) => {
      if (postgres.isUp()) answer();
      else fail(databaseError('ECONNREFUSED', 'connect ECONNREFUSED'));
    },
  });
}

function createClient(
  connection: DatabaseConnection,
  giveBack: (client: SimulatedClient, session: ServerSession) => void,
): SimulatedClient {
  const { process, network } = connection;
  const listeners = new Map<string, Listener[]>();
  const tell = (what: string, event: string, argument: unknown) =>
    process.deliver(network.delayMs(), what, () => {
      for (const listener of listeners.get(event) ?? []) listener(argument);
    });
  const session = openSession({
    ...connection,
    onBreak: () => tell('connection breaks', 'error', lostConnection('answer lost')),
    onRing: () => tell('doorbell rings', 'notification', { channel: 'ledger_appended' }),
  });
  process.onEnd(() => connection.tables.world.scheduler.later(network.delayMs(), session.end));

  const client: SimulatedClient = {
    async query(text, values = []) {
      if (!session.isOpen()) throw databaseError('08006', 'Client has encountered a connection error');
      let isLost = false;
      try {
        return await callServer<Answer>({
          what: nameOf(text),
          caller: process,
          network,
          lostError: lostConnection,
          onFate: (fate) => {
            isLost = fate !== 'served';
          },
          serve: (answer, fail) => void session.run(text, values).then(answer, fail),
        });
      } finally {
        if (isLost) session.end();
      }
    },
    on: (event, listener) => void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    release(destroy) {
      if (destroy) session.end();
      else if (session.isOpen()) giveBack(client, session);
    },
    escapeIdentifier: (name) => `"${name}"`,
  };
  return client;
}
