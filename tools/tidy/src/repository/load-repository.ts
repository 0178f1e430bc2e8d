import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRepository, type Repository } from './repository.ts';

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.turbo', '.settlement', 'coverage']);

export function loadRepository(root: string): Repository {
  const entries = globSync(['**/*', '.ci/*'], {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => LEFT_OUT.has(entry.name),
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  return createRepository(paths.sort(), (file) => readFileSync(path.join(root, file), 'utf8'));
}
