import path from 'node:path';
import type { Finding } from '../finding.ts';
import { isCode, isConfig, isTest } from '../repository/classify-path.ts';
import { type Doors, packageDoors, splitSpecifier } from '../repository/package-doors.ts';
import type { Repository } from '../repository/repository.ts';

type PackageDoors = ReadonlyMap<string, Doors>;

/**
 * Finds code that nothing reaches. The roots are the packages' doors, main files, scripts, configurations, pages and
 * tests; edges are imports and string literals that name a file. A test doesn't keep its own neighbour alive: code
 * that only its test uses is dead too.
 */
export function findDeadFiles(repository: Repository): Finding[] {
  const doors = packageDoors(repository);
  const reached = new Set<string>();
  const waiting = [...findRoots(repository, doors)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    if (isCode(file)) waiting.push(...findEdges(repository, doors, file));
  }
  return [...repository.paths]
    .filter((file) => isCode(file) && !reached.has(file))
    .map((file) => ({
      file,
      line: 1,
      rule: 'dead-file',
      message: 'no door, main file, script or other test reaches it',
    }));
}

function* findRoots(repository: Repository, doors: PackageDoors): Iterable<string> {
  for (const file of repository.paths) {
    if (isCode(file) && (isTest(file) || isConfig(file) || isEntry(file))) yield file;
    if (file.endsWith('package.json'))
      yield* namedFiles(repository, file, Object.values(readScripts(repository, file)));
    if (file.endsWith('.html')) yield* namedFiles(repository, file, pageScripts(repository.text(file)));
    if (file.endsWith('.sh') || file.startsWith('.ci/') || !/\.[^/]+$/.test(file)) {
      yield* namedFiles(repository, file, [repository.text(file)]);
    }
  }
  for (const each of doors.values()) {
    for (const file of each.values()) if (repository.paths.has(file)) yield file;
  }
}

const isEntry = (file: string) => /(^|\/)main\.tsx?$|(^|\/)scripts\//.test(file);

function readScripts(repository: Repository, file: string): Record<string, string> {
  return (JSON.parse(repository.text(file)) as { scripts?: Record<string, string> }).scripts ?? {};
}

const pageScripts = (html: string) => [...html.matchAll(/src="\/?([^"]+)"/g)].map((match) => match[1] ?? '');

/** Files named by the words of some texts, relative to the folder of `file` or to the root. */
function namedFiles(repository: Repository, file: string, texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => text.split(/[\s"'`=()]+/));
  return words.flatMap((word) => resolveName(repository, file, word));
}

function findEdges(repository: Repository, doors: PackageDoors, file: string): string[] {
  const source = repository.source(file);
  const imported = source.imports.flatMap(({ specifier }) => {
    const door = splitSpecifier(specifier);
    if (door === null) return resolveName(repository, file, specifier);
    return doors.get(door.package)?.get(door.subpath) ?? [];
  });
  const named = source.strings.flatMap((each) => resolveName(repository, file, each));
  const neighbour = file.replace(/(\.[a-z0-9]+)?\.test\.(tsx?)$/, '.$2');
  return [...imported, ...named].filter((each) => !isTest(file) || each !== neighbour);
}

function resolveName(repository: Repository, file: string, name: string): string[] {
  const [plain = ''] = name.split('?');
  if (!/\.[a-z]+$/.test(plain)) return [];
  const fromFile = path.posix.join(path.posix.dirname(file), plain);
  return [fromFile, path.posix.normalize(plain)].filter((each) => repository.paths.has(each));
}
