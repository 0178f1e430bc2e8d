import path from 'node:path';
import type { Finding } from '../finding.ts';
import { BROWSER_PACKAGES, MAY_IMPORT, TESTS_MAY_IMPORT } from '../layout.ts';
import { isCode, isProduction, packageOf } from '../repository/classify-path.ts';
import { type Doors, isDeclared, packageDoors, splitSpecifier } from '../repository/package-doors.ts';
import type { ImportReference } from '../repository/parse-source.ts';
import type { Repository } from '../repository/repository.ts';

/** Imports point up (the table in layout.ts), go through a package's doors, and keep browser code free of Node. */
export function checkImports(repository: Repository): Finding[] {
  const doors = packageDoors(repository);
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    const from = packageOf(file);
    if (!isCode(file) || from === null) continue;
    for (const reference of repository.source(file).imports) {
      const broken =
        checkRelative(file, from, reference) ??
        checkDirection(file, from, reference) ??
        checkDoor(doors, reference) ??
        checkBrowser(file, from, reference);
      if (broken) findings.push({ file, line: reference.line, ...broken });
    }
  }
  return findings;
}

type Broken = { rule: string; message: string } | undefined;

function checkRelative(file: string, from: string, { specifier }: ImportReference): Broken {
  if (!specifier.startsWith('.')) return undefined;
  const target = packageOf(path.posix.join(path.posix.dirname(file), specifier));
  if (target === null || target === from) return undefined;
  return { rule: 'one-door', message: `reaches into ${target}'s files: import @northwind/${target} instead` };
}

function checkDirection(file: string, from: string, { specifier }: ImportReference): Broken {
  const target = splitSpecifier(specifier);
  if (target === null || target.package === from) return undefined;
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) {
    return { rule: 'import-direction', message: `package ${from} has no row in tools/tidy/src/layout.ts: add it` };
  }
  if (allowed.includes(target.package)) return undefined;
  if (!isProduction(file) && TESTS_MAY_IMPORT.includes(target.package)) return undefined;
  const list = allowed.length === 0 ? 'no other package' : `only ${allowed.join(', ')}`;
  return { rule: 'import-direction', message: `${from} must not import ${target.package}: it may import ${list}` };
}

function checkDoor(doors: ReadonlyMap<string, Doors>, { specifier }: ImportReference): Broken {
  const target = splitSpecifier(specifier);
  if (target === null) return undefined;
  const declared = doors.get(target.package);
  if (declared !== undefined && isDeclared(declared, target.subpath)) return undefined;
  const open = [...(declared?.keys() ?? [])].join(', ') || 'none';
  return {
    rule: 'one-door',
    message: `${specifier} is no door of ${target.package}: its package.json declares ${open}`,
  };
}

function checkBrowser(file: string, from: string, { specifier }: ImportReference): Broken {
  if (!BROWSER_PACKAGES.includes(from) || !isProduction(file) || !specifier.startsWith('node:')) return undefined;
  return { rule: 'browser-safe', message: `${from} runs in a browser: ${specifier} is not there` };
}
