/** Locks on rows and index entries: waited for in turn, skipped, or refused to the one that closes a circle. */
import type { World } from '../world.ts';

export interface LockOwner {
  readonly name: string;
  readonly locks: Set<string>;
  waitsFor: string | null;
  isOpen: boolean;
}

export interface RowLocks {
  /** False when another holds it. */
  tryLock(owner: LockOwner, row: string): boolean;
  lock(owner: LockOwner, row: string): Promise<void>;
  releaseAll(owner: LockOwner): void;
  /** The server went away: nobody holds or waits for anything any more. */
  clear(): void;
}

interface Lock {
  owner: LockOwner;
  readonly waiting: { readonly owner: LockOwner; readonly settle: (error?: Error) => void }[];
}

export function databaseError(code: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

export const sessionEnded = () => databaseError('57P01', 'terminating connection due to administrator command');

export function createRowLocks({ scheduler, journal }: World): RowLocks {
  const locks = new Map<string, Lock>();

  function tryLock(owner: LockOwner, row: string): boolean {
    const lock = locks.get(row);
    if (lock) return lock.owner === owner;
    locks.set(row, { owner, waiting: [] });
    owner.locks.add(row);
    return true;
  }

  function release(row: string): void {
    const lock = locks.get(row);
    const next = lock?.waiting.shift();
    if (!lock || !next) {
      locks.delete(row);
      return;
    }
    lock.owner = next.owner;
    next.owner.locks.add(row);
    next.owner.waitsFor = null;
    scheduler.wake(0.05, () => next.settle(next.owner.isOpen ? undefined : sessionEnded()));
  }

  /** Follows who waits for whom, from the owner of a row on. */
  function closesCircle(waiter: LockOwner, row: string): boolean {
    let holder = locks.get(row)?.owner;
    while (holder && holder !== waiter) {
      holder = holder.waitsFor === null ? undefined : locks.get(holder.waitsFor)?.owner;
    }
    return holder === waiter;
  }

  async function waitFor(owner: LockOwner, row: string, lock: Lock): Promise<void> {
    if (row.startsWith('head')) journal.sometimes('lock wait on a head');
    if (row.startsWith('key')) journal.sometimes('lock wait on a key');
    journal.note(owner.name, `waits for ${row}`);
    if (closesCircle(owner, row)) {
      journal.sometimes('deadlock');
      throw databaseError('40P01', 'deadlock detected');
    }
    owner.waitsFor = row;
    await new Promise<void>((resolve, reject) => {
      lock.waiting.push({ owner, settle: (error) => (error ? reject(error) : resolve()) });
    });
  }

  return {
    tryLock,
    async lock(owner, row) {
      if (!owner.isOpen) throw sessionEnded();
      const lock = locks.get(row);
      if (lock && lock.owner !== owner) await waitFor(owner, row, lock);
      else tryLock(owner, row);
    },
    releaseAll(owner) {
      for (const row of owner.locks) release(row);
      owner.locks.clear();
    },
    clear() {
      for (const { owner, waiting } of locks.values()) {
        owner.locks.clear();
        for (const { settle } of waiting) scheduler.wake(0, () => settle(sessionEnded()));
      }
      locks.clear();
    },
  };
}
