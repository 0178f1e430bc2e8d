/** The server's end of one connection: its transaction, what it listens to, the locks it holds as a session. */
import type { Fate } from '@northwind/testing/simulation';
import { databaseError, sessionEnded } from '../postgres/row-locks.ts';
import type { SimulatedPostgres, Transaction } from '../postgres/simulated-postgres.ts';
import { type Answer, isControl, runStatement, type Tables } from './run-statement.ts';

export interface SessionOptions {
  readonly tables: Tables;
  readonly postgres: SimulatedPostgres;
  /** Of all consumers that listen. */
  readonly bells: Set<() => void>;
  /** The server went away. */
  readonly onBreak: () => void;
  readonly onRing: () => void;
}

export interface ServerSession {
  isOpen(): boolean;
  run(text: string, values: readonly unknown[]): Promise<Answer>;
  /** An open transaction is rolled back, a presence is gone. */
  end(): void;
}

export function lostConnection(fate: Fate): Error {
  return databaseError(fate === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET', `connection to the database: ${fate}`);
}

export function openSession({ tables, postgres, bells, onBreak, onRing }: SessionOptions): ServerSession {
  const identity = {};
  const ring = () => onRing();
  let transaction: Transaction | undefined;
  let isOpen = true;

  function end(): void {
    if (!isOpen) return;
    isOpen = false;
    if (transaction?.hasWrites()) tables.world.journal.sometimes('consumer lost between work and commit');
    transaction?.rollback();
    bells.delete(ring);
    for (const held of tables.members.values()) held.delete(identity);
  }

  postgres.onCrash(() => {
    if (!isOpen) return;
    end();
    onBreak();
  });

  async function control(text: string): Promise<Answer> {
    const own = transaction;
    transaction = text === 'begin' ? postgres.begin('backend') : undefined;
    if (text === 'commit') await own?.commit();
    if (text === 'rollback') own?.rollback();
    return { command: text.toUpperCase(), rows: [], rowCount: 0 };
  }

  return {
    isOpen: () => isOpen,
    end,
    async run(text, values) {
      if (!isOpen) throw sessionEnded();
      if (isControl(text)) return control(text);
      const own = transaction ?? postgres.begin('backend');
      await own.statement();
      const answer = await runStatement({ ...tables, identity, transaction: own }, text, values);
      if (own !== transaction) await own.commit();
      if (answer.command === 'LISTEN') bells.add(ring);
      return answer;
    },
  };
}
