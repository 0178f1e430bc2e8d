import { DatabaseSync } from 'node:sqlite';

export interface FolderLock {
  release(): void;
}

/**
 * One stack a folder. The lock is the operating system's own on an open file (through SQLite, which knows how to take
 * one on every platform), so it ends with the process that holds it, even by kill -9: a lock is never stale. Null
 * when another process holds it.
 */
export function lockFolder(lockFile: string): FolderLock | null {
  const file = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return {
    release: () => {
      if (file.isOpen) file.close();
    },
  };
}

const SQLITE_BUSY = 5;
