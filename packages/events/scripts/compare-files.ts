import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** File name → text. A folder of generated files holds these and no others. */
export type Files = ReadonlyMap<string, string>;

/** Names of the files that are missing, differ or should not be there, in alphabetical order. */
export function differingFiles(folder: string, files: Files): string[] {
  const found = listFiles(folder);
  const wrong = [...files].filter(
    ([name, text]) => !found.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
  );
  const extra = found.filter((name) => !files.has(name));
  return [...wrong.map(([name]) => name), ...extra].sort();
}

/** Makes the folder hold the files, and answers which it changed. */
export function writeFiles(folder: string, files: Files): string[] {
  const changed = differingFiles(folder, files);
  mkdirSync(folder, { recursive: true });
  for (const name of changed) {
    const text = files.get(name);
    if (text === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
  return changed;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
