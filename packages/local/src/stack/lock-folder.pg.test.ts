import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@northwind/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lock-folder.ts';

let folder: string;
let lockFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settlement-lock-'));
  lockFile = join(folder, 'lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one holder at a time; released, it is free again', () => {
  const first = lockFolder(lockFile);
  expect(first).not.toBeNull();
  expect(lockFolder(lockFile)).toBeNull();
  first?.release();
  const second = lockFolder(lockFile);
  expect(second).not.toBeNull();
  second?.release();
});

test('a holder that was killed with -9 leaves no lock behind', async () => {
  const script = `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'lock-folder.ts'))};
    console.log(lockFolder(${JSON.stringify(lockFile)}) === null ? 'refused' : 'held');
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  expect(String(said).trim()).toBe('held');
  expect(lockFolder(lockFile)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await eventually(() => {
    const lock = lockFolder(lockFile);
    lock?.release();
    return lock !== null;
  });
});
