import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Break } from './breaks/break.ts';

/** Breaks a file until it is disposed of, or the process ends. */
export function breakFile(root: string, { file, find, replace }: Pick<Break, 'file' | 'find' | 'replace'>): Disposable {
  const where = path.join(root, file);
  const original = readFileSync(where, 'utf8');
  const [before, after, ...more] = original.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} has to have exactly once: ${find}`);
  }
  const restore = () => {
    process.off('exit', restore);
    writeFileSync(where, original);
  };
  process.once('exit', restore);
  writeFileSync(where, before + replace + after);
  return { [Symbol.dispose]: restore };
}
