import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Runs `work` while holding a lock that belongs to `root`, so that two starts at once don't install over each other.
 * The lock file holds its owner's process id; it appears complete (by link), and the lock of a dead process is taken
 * over by renaming it away first, which only one waiter can do.
 */
export async function withLock(root, onWait, work) {
  const lock = lockPath(root);
  let told = false;
  while (!tryLock(lock)) {
    const owner = readOwner(lock);
    if (owner !== null && !isAlive(owner)) {
      breakLock(lock, owner);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await sleep(POLL_MS);
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function lockPath(root) {
  const id = createHash('sha256').update(`${root}\0${os.userInfo().uid}`).digest('hex').slice(0, 16);
  return path.join(os.tmpdir(), `northwind-settlement-${id}.lock`);
}

function tryLock(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function breakLock(lock, deadOwner) {
  const aside = `${lock}.dead.${process.pid}`;
  try {
    renameSync(lock, aside);
    // Another waiter may have replaced the dead lock in between: then what was renamed is a live one and goes back.
    if (readOwner(aside) !== deadOwner) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
