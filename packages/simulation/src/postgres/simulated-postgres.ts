/**
 * A model of what PostgreSQL promises and what the log relies on: transactions whose writes are seen all at once when
 * they commit, row locks that are waited for in turn or skipped, a deadlock that one of its members loses, and a server
 * that goes away and takes every open transaction with it.
 *
 * Statements of different transactions interleave at every pause; what a transaction reads is what was committed when
 * the statement began (READ COMMITTED).
 */
import type { World } from '../world.ts';

export interface Transaction {
  readonly name: string;
  /** A statement takes its time. Throws when the server went away or the session was ended meanwhile. */
  statement(): Promise<void>;
  /** Waits for a row or a key; held until the end. Throws 40P01 for the one that closes a circle. */
  lock(row: string): Promise<void>;
  /** SKIP LOCKED: false when another holds it. */
  tryLock(row: string): boolean;
  /** What becomes visible with the commit. */
  write(apply: () => void): void;
  /** Throws when the server went away; then it may have committed or not. */
  commit(): Promise<void>;
  /** Does nothing while it commits. */
  rollback(): void;
  hasWrites(): boolean;
}

export interface SimulatedPostgres {
  isUp(): boolean;
  /** Every open transaction is lost; nobody can connect for `ms`. */
  crash(ms: number): void;
  /** Told of each crash, once. */
  onCrash(listener: () => void): void;
  /** Throws when the server is away. */
  begin(name: string): Transaction;
}

interface Lock {
  owner: OpenTransaction;
  readonly waiting: { readonly transaction: OpenTransaction; readonly settle: (error?: Error) => void }[];
}

interface OpenTransaction {
  readonly name: string;
  readonly locks: Set<string>;
  waitsFor: string | null;
  isOpen: boolean;
}

export function databaseError(code: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

export function createSimulatedPostgres(world: World): SimulatedPostgres {
  const { scheduler, chance, journal, plan } = world;
  const locks = new Map<string, Lock>();
  const open = new Set<OpenTransaction>();
  let crashListeners: (() => void)[] = [];
  let upAtMs = 0;

  const isUp = () => scheduler.nowMs() >= upAtMs;
  const lost = () => databaseError('57P01', 'terminating connection due to administrator command');

  function statementMs(): number {
    return world.fault(plan.faults.slowTransactions) ? chance.unit() * 90_000 : 0.1 + chance.unit() * 4;
  }

  function end(transaction: OpenTransaction): void {
    transaction.isOpen = false;
    open.delete(transaction);
    for (const row of transaction.locks) release(row);
    transaction.locks.clear();
  }

  function release(row: string): void {
    const lock = locks.get(row);
    const next = lock?.waiting.shift();
    if (!lock || !next) {
      locks.delete(row);
      return;
    }
    lock.owner = next.transaction;
    next.transaction.locks.add(row);
    next.transaction.waitsFor = null;
    scheduler.wake(0.05, () => next.settle(next.transaction.isOpen ? undefined : lost()));
  }

  /** Follows who waits for whom, from the owner of a row on. */
  function closesCircle(transaction: OpenTransaction, row: string): boolean {
    let owner = locks.get(row)?.owner;
    while (owner && owner !== transaction)
      owner = owner.waitsFor === null ? undefined : locks.get(owner.waitsFor)?.owner;
    return owner === transaction;
  }

  async function waitFor(transaction: OpenTransaction, row: string, lock: Lock): Promise<void> {
    if (row.startsWith('head')) journal.sometimes('lock wait on a head');
    if (row.startsWith('key')) journal.sometimes('lock wait on a key');
    journal.note(transaction.name, `waits for ${row}`);
    if (closesCircle(transaction, row)) {
      journal.sometimes('deadlock');
      throw databaseError('40P01', 'deadlock detected');
    }
    transaction.waitsFor = row;
    await new Promise<void>((resolve, reject) => {
      lock.waiting.push({ transaction, settle: (error) => (error ? reject(error) : resolve()) });
    });
  }

  function crash(ms: number): void {
    upAtMs = scheduler.nowMs() + ms;
    journal.note('postgres', `goes away for ${Math.round(ms)} ms with ${open.size} open transactions`);
    for (const transaction of open) {
      transaction.isOpen = false;
      transaction.locks.clear();
    }
    for (const lock of locks.values()) {
      for (const { settle } of lock.waiting) scheduler.wake(0, () => settle(lost()));
    }
    open.clear();
    locks.clear();
    const told = crashListeners;
    crashListeners = [];
    for (const listener of told) listener();
  }

  function openTransaction(name: string): Transaction {
    const own: OpenTransaction = { name, locks: new Set(), waitsFor: null, isOpen: true };
    const writes: (() => void)[] = [];
    let isCommitting = false;
    open.add(own);

    async function statement(): Promise<void> {
      await scheduler.pause(statementMs());
      if (!own.isOpen) throw lost();
    }

    function tryLock(row: string): boolean {
      const lock = locks.get(row);
      if (lock) return lock.owner === own;
      locks.set(row, { owner: own, waiting: [] });
      own.locks.add(row);
      return true;
    }

    return {
      name,
      statement,
      tryLock,
      async lock(row) {
        if (!own.isOpen) throw lost();
        const lock = locks.get(row);
        if (lock && lock.owner !== own) await waitFor(own, row, lock);
        else tryLock(row);
      },
      write: (apply) => void writes.push(apply),
      async commit() {
        if (!own.isOpen) throw lost();
        isCommitting = true;
        if (world.fault(plan.faults.outageAtCommit)) scheduler.later(chance.unit() * 3, () => crash(1_000));
        await scheduler.pause(0.5 + chance.unit() * 3);
        // The server may go away after the commit record was flushed and before it could say so.
        if (!own.isOpen && !chance.happens(0.5)) throw lost();
        if (!own.isOpen) journal.sometimes('server away after the commit record');
        const wasOpen = own.isOpen;
        for (const apply of writes) apply();
        end(own);
        if (!wasOpen) throw lost();
      },
      rollback: () => (isCommitting && own.isOpen ? undefined : end(own)),
      hasWrites: () => own.isOpen && !isCommitting && writes.length > 0,
    };
  }

  return {
    isUp,
    crash,
    onCrash: (listener) => void crashListeners.push(listener),
    begin(name) {
      if (!isUp()) throw databaseError('ECONNREFUSED', 'connect ECONNREFUSED');
      return openTransaction(name);
    },
  };
}
