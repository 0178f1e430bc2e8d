import type { Repository } from './repository.ts';

/** The subpaths a package declares in its `exports`, each with the file it leads to. */
export type Doors = ReadonlyMap<string, string>;

/** Doors of every package by its folder's name (`events`, `event-store`, …). */
export function packageDoors(repository: Repository): ReadonlyMap<string, Doors> {
  const doors = new Map<string, Doors>();
  for (const path of repository.paths) {
    const match = /^packages\/([^/]+)\/package\.json$/.exec(path);
    if (!match?.[1]) continue;
    const { exports = {} } = JSON.parse(repository.text(path)) as { exports?: Record<string, string> };
    const entries = Object.entries(exports).map(
      ([subpath, file]) => [subpath, `packages/${match[1]}/${file.replace('./', '')}`] as const,
    );
    doors.set(match[1], new Map(entries));
  }
  return doors;
}

/** Whether the doors let a subpath through; a `*` in a declared one stands for anything. */
export function isDeclared(doors: Doors, subpath: string): boolean {
  for (const declared of doors.keys()) {
    const [before = '', after] = declared.split('*');
    if (after === undefined ? declared === subpath : subpath.startsWith(before) && subpath.endsWith(after)) return true;
  }
  return false;
}

/** `@northwind/events/testing` → its package and subpath (`./testing`); null for any other specifier. */
export function splitSpecifier(specifier: string): { package: string; subpath: string } | null {
  const match = /^@northwind\/([^/]+)(\/.+)?$/.exec(specifier);
  return match?.[1] === undefined ? null : { package: match[1], subpath: `.${match[2] ?? ''}` };
}
