/** The simulated log as a process reaches it: an EventLog whose every call may be lost on the way there or back. */
import type { EventLog, IncomingEvent } from '@northwind/event-store';
import { callServer, type Fate, type Network, type SimulatedProcess } from '@northwind/testing/simulation';
import { databaseError } from '../postgres/row-locks.ts';
import type { SimulatedPostgres, Transaction } from '../postgres/simulated-postgres.ts';
import type { World } from '../world.ts';
import { appendInTransaction } from './append-transaction.ts';
import type { StoredLog } from './stored-log.ts';

export interface LogConnection {
  readonly world: World;
  readonly postgres: SimulatedPostgres;
  readonly log: StoredLog;
  readonly process: SimulatedProcess;
  readonly network: Network;
}

/** As many as appendEvents makes. */
const TRIES_MAX = 10;

export function connectToLog(connection: LogConnection): EventLog {
  const { world, process, log, network } = connection;

  function transact<T>(what: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return callServer<T>({
      what,
      caller: process,
      network,
      lostError: (fate: Fate) =>
        databaseError(fate === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET', `connection to the database: ${fate}`),
      onFate: (fate) => {
        if (fate === 'answer lost') world.journal.sometimes('lost commit answer');
      },
      serve: (answer, fail) => void inTransaction(connection, what, work).then(answer, fail),
    });
  }

  const append = (transaction: Transaction, events: readonly IncomingEvent[]) =>
    appendInTransaction({ world, log, transaction, writer: process.name, events });

  const tried = new Set<string | null>();
  function noteAgain(events: readonly IncomingEvent[]): void {
    if (events.some(({ messageId }) => tried.has(messageId))) world.journal.sometimes('batch tried again');
    for (const { messageId } of events) tried.add(messageId);
  }

  return {
    partitionCount: () => transact('count partitions', async () => world.plan.partitions),
    /** Tries again where appendEvents does; that function itself is not under test here. */
    async append(events) {
      noteAgain(events);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transact(describe(events), (transaction) => append(transaction, events));
        } catch (error) {
          if (attempt === TRIES_MAX || !lostARace(error)) throw error;
          world.journal.sometimes('append tried again after a race');
        }
      }
    },
    reject: (messages) => {
      if (messages.length === 0) return Promise.resolve();
      return transact(`reject ${messages.map((m) => m.messageId).join(' ')}`, async (transaction) => {
        await transaction.statement();
        for (const message of messages) {
          transaction.write(() => {
            log.keepRejection(message);
            log.tally('rejected', message.messageId);
          });
        }
      });
    },
  };
}

async function inTransaction<T>(
  { postgres, world }: LogConnection,
  what: string,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const transaction = postgres.begin(`backend: ${what}`);
  try {
    const result = await work(transaction);
    if (world.plan.defect === 'answers before commit') {
      transaction.commit().catch(() => undefined);
      return result;
    }
    await transaction.commit();
    return result;
  } catch (error) {
    transaction.rollback();
    throw error;
  }
}

function lostARace(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '40P01' || (code === '23505' && constraint === 'events_idempotency_key_unique');
}

const describe = (events: readonly IncomingEvent[]) => `append ${events.map((e) => e.messageId).join(' ')}`;
