/**
 * The simulated PostgreSQL as a process reaches it: in the place of the driver's pool, under the real query builder, so
 * that the consumer's own transactions, statements and error handling are what runs.
 */
import type { Database } from '@northwind/service-kit';
import { callServer, type Fate, type Network, type SimulatedProcess } from '@northwind/testing/simulation';
import { Kysely, PostgresDialect } from 'kysely';
import { databaseError, type SimulatedPostgres, type Transaction } from '../postgres/simulated-postgres.ts';
import { type Answer, nameOf, runStatement, type Tables } from './run-statement.ts';

export interface DatabaseConnection {
  readonly tables: Tables;
  readonly postgres: SimulatedPostgres;
  readonly process: SimulatedProcess;
  readonly network: Network;
  /** Called for each connection that listens; `ring` reaches the process. Returns what ends it. */
  readonly onListen: (ring: () => void) => () => void;
}

type Listener = (argument: unknown) => void;

export function connectToDatabase<DB>(connection: DatabaseConnection): Database<DB> {
  const idle: SimulatedClient[] = [];
  const pool = {
    async connect(): Promise<SimulatedClient> {
      const known = idle.pop();
      if (known?.isUsable()) return known;
      return connectClient(connection, (client) => idle.push(client));
    },
    end: () => Promise.resolve(),
    options: {},
  };
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: pool as never }) });
  const close = () => Promise.resolve();
  return { db, pool: pool as never, close, [Symbol.asyncDispose]: close };
}

interface SimulatedClient {
  isUsable(): boolean;
  query(text: string, values?: readonly unknown[]): Promise<Answer>;
  on(event: string, listener: Listener): void;
  release(destroy?: boolean): void;
  escapeIdentifier(name: string): string;
}

const lostError = (fate: Fate) =>
  databaseError(fate === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET', `connection to the database: ${fate}`);

async function connectClient(
  connection: DatabaseConnection,
  giveBack: (client: SimulatedClient) => void,
): Promise<SimulatedClient> {
  const { postgres, process, network } = connection;
  await callServer<void>({
    what: 'connect',
    caller: process,
    network,
    lostError,
    serve: (answer, fail) => {
      if (postgres.isUp()) answer();
      else fail(databaseError('ECONNREFUSED', 'connect ECONNREFUSED'));
    },
  });
  return openSession(connection, giveBack);
}

function openSession(
  { tables, postgres, process, network, onListen }: DatabaseConnection,
  giveBack: (client: SimulatedClient) => void,
): SimulatedClient {
  const { world, members } = tables;
  const identity = {};
  const listeners = new Map<string, Listener[]>();
  let transaction: Transaction | undefined;
  let isOpen = true;
  let stopListening = () => {};

  const emit = (event: string, argument: unknown) => {
    for (const listener of listeners.get(event) ?? []) listener(argument);
  };

  /** The server's end of the connection: an open transaction is rolled back, a presence is gone. */
  function end(): void {
    if (!isOpen) return;
    isOpen = false;
    if (transaction?.hasWrites()) world.journal.sometimes('consumer lost between work and commit');
    transaction?.rollback();
    stopListening();
    for (const held of members.values()) held.delete(identity);
  }

  function breaks(): void {
    if (!isOpen) return;
    end();
    process.deliver(network.delayMs(), 'connection breaks', () => emit('error', lostError('answer lost')));
  }

  process.onEnd(() => world.scheduler.later(network.delayMs(), end));
  postgres.onCrash(breaks);

  async function serve(text: string, values: readonly unknown[]): Promise<Answer> {
    if (!isOpen) throw databaseError('57P01', 'terminating connection');
    const done: Answer = { command: text.toUpperCase(), rows: [], rowCount: 0 };
    if (text === 'begin') {
      transaction = postgres.begin(`${process.name}'s backend`);
      return done;
    }
    if (text === 'commit' || text === 'rollback') {
      const ending = transaction;
      transaction = undefined;
      if (text === 'commit') await ending?.commit();
      else ending?.rollback();
      return done;
    }
    const own = transaction ?? postgres.begin(`${process.name}'s backend`);
    await own.statement();
    const answer = await runStatement({ ...tables, identity, transaction: own }, text, values);
    if (own !== transaction) await own.commit();
    if (text.startsWith('listen')) {
      stopListening = onListen(() => {
        process.deliver(network.delayMs(), 'doorbell rings', () =>
          emit('notification', { channel: 'ledger_appended' }),
        );
      });
    }
    return answer;
  }

  const client: SimulatedClient = {
    isUsable: () => isOpen,
    query: async (text, values = []) => {
      if (!isOpen) throw databaseError('08006', 'Client has encountered a connection error and is not queryable');
      const isControl = text === 'begin' || text === 'commit' || text === 'rollback';
      let broken = false;
      try {
        return await callServer<Answer>({
          what: isControl ? text : nameOf(text),
          caller: process,
          network,
          lostError,
          onFate: (fate) => {
            broken = fate !== 'served';
          },
          serve: (answer, fail) => void serve(text, values).then(answer, fail),
        });
      } finally {
        if (broken) end();
      }
    },
    on: (event, listener) => void listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    release(destroy) {
      if (destroy) end();
      else if (isOpen) giveBack(client);
    },
    escapeIdentifier: (name) => `"${name}"`,
  };
  return client;
}
