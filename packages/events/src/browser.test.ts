import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1/g;

/** Every module that a file reaches, its dependencies' modules included. */
function reach(entry: string): { files: Set<string>; builtins: string[] } {
  const files = new Set<string>();
  const builtins: string[] = [];
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, , specifier = ''] of withoutComments(readFileSync(file, 'utf8')).matchAll(IMPORT)) {
      if (isBuiltin(specifier)) builtins.push(`${file}: ${specifier}`);
      else
        open.push(
          specifier.startsWith('.') ? resolve(dirname(file), specifier) : createRequire(file).resolve(specifier),
        );
    }
  }
  return { files, builtins };
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

test.each(['index.ts', 'testing.ts'])('%s imports nothing that a browser does not have', (name) => {
  const { files, builtins } = reach(fileURLToPath(new URL(name, import.meta.url)));
  expect(builtins).toEqual([]);
  for (const dependency of ['zod', 'canonicalize', 'hashes']) {
    expect([...files].some((file) => file.includes(`/node_modules/`) && file.includes(dependency))).toBe(true);
  }
});
