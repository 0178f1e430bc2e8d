import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { breakFile } from './break-file.ts';

test('a file is broken in one place, to the letter, and afterwards as it was', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'northwind-break-file-'));
  const read = () => readFileSync(path.join(root, 'a.sql'), 'utf8');
  try {
    writeFileSync(path.join(root, 'a.sql'), 'one\ntwo\none');
    {
      using _ = breakFile(root, { file: 'a.sql', find: 'two', replace: '$$ $& $$' });
      expect(read()).toBe('one\n$$ $& $$\none');
    }
    expect(read()).toBe('one\ntwo\none');
    expect(() => breakFile(root, { file: 'a.sql', find: 'one', replace: '' })).toThrow('exactly once');
    expect(() => breakFile(root, { file: 'a.sql', find: 'three', replace: '' })).toThrow('exactly once');
    expect(read()).toBe('one\ntwo\none');
  } finally {
    rmSync(root, { recursive: true });
  }
});
