/**
 * A model of what PostgreSQL promises and what the log relies on: transactions whose writes are seen all at once when
 * they commit, row locks that are waited for in turn or skipped, a deadlock that one of its members loses, and a server
 * that goes away and takes every open transaction with it.
 *
 * Statements of different transactions interleave at every pause; what a transaction reads is what was committed when
 * the statement began (READ COMMITTED).
 */
import type { World } from '../world.ts';
import { createRowLocks, databaseError, type LockOwner, type RowLocks, sessionEnded } from './row-locks.ts';

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

interface Server {
  readonly world: World;
  readonly locks: RowLocks;
  readonly open: Set<LockOwner>;
  crash(ms: number): void;
}

export function createSimulatedPostgres(world: World): SimulatedPostgres {
  const { scheduler, journal } = world;
  const locks = createRowLocks(world);
  const open = new Set<LockOwner>();
  let crashListeners: (() => void)[] = [];
  let upAtMs = 0;

  function crash(ms: number): void {
    upAtMs = Math.max(upAtMs, scheduler.nowMs() + ms);
    journal.note('postgres', `goes away for ${Math.round(ms)} ms with ${open.size} open transactions`);
    for (const owner of open) owner.isOpen = false;
    open.clear();
    locks.clear();
    const told = crashListeners;
    crashListeners = [];
    for (const listener of told) listener();
  }

  const isUp = () => scheduler.nowMs() >= upAtMs;
  return {
    isUp,
    crash,
    onCrash: (listener) => void crashListeners.push(listener),
    begin(name) {
      if (!isUp()) throw databaseError('ECONNREFUSED', 'connect ECONNREFUSED');
      return openTransaction({ world, locks, open, crash }, name);
    },
  };
}

function openTransaction({ world, locks, open, crash }: Server, name: string): Transaction {
  const { scheduler, chance, journal, plan } = world;
  const own: LockOwner = { name, locks: new Set(), waitsFor: null, isOpen: true };
  const writes: (() => void)[] = [];
  let isCommitting = false;
  open.add(own);

  function end(): void {
    own.isOpen = false;
    open.delete(own);
    locks.releaseAll(own);
  }

  return {
    name,
    async statement() {
      const isSlow = world.fault(plan.faults.slowTransactions);
      await scheduler.pause(isSlow ? chance.unit() * 90_000 : 0.1 + chance.unit() * 4);
      if (!own.isOpen) throw sessionEnded();
    },
    tryLock: (row) => locks.tryLock(own, row),
    lock: (row) => locks.lock(own, row),
    write: (apply) => void writes.push(apply),
    async commit() {
      if (!own.isOpen) throw sessionEnded();
      isCommitting = true;
      if (world.fault(plan.faults.outageAtCommit)) scheduler.later(chance.unit() * 3, () => crash(1_000));
      await scheduler.pause(0.5 + chance.unit() * 3);
      // The server may go away after the commit record was flushed and before it could say so.
      if (!own.isOpen && !chance.happens(0.5)) throw sessionEnded();
      const wasOpen = own.isOpen;
      if (!wasOpen) journal.sometimes('server away after the commit record');
      for (const apply of writes) apply();
      end();
      if (!wasOpen) throw sessionEnded();
    },
    rollback: () => (isCommitting && own.isOpen ? undefined : end()),
    hasWrites: () => own.isOpen && !isCommitting && writes.length > 0,
  };
}
