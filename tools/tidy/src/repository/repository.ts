import { parseSource, type Source } from './parse-source.ts';

/** The files that the rules look at. Paths are relative to the root, with forward slashes. */
export interface Repository {
  readonly paths: ReadonlySet<string>;
  /** The text of a file; throws for a path that isn't there. */
  text(path: string): string;
  /** The syntax tree of a TypeScript or JavaScript file, parsed once. */
  source(path: string): Source;
}

export function createRepository(paths: Iterable<string>, read: (path: string) => string): Repository {
  const texts = new Map<string, string>();
  const sources = new Map<string, Source>();
  const text = (path: string) => {
    const known = texts.get(path) ?? read(path);
    texts.set(path, known);
    return known;
  };
  const source = (path: string) => {
    const known = sources.get(path) ?? parseSource(path, text(path));
    sources.set(path, known);
    return known;
  };
  return { paths: new Set(paths), text, source };
}

/** A repository of texts in memory: what the rules' own tests check. */
export function repositoryOf(files: Readonly<Record<string, string>>): Repository {
  return createRepository(Object.keys(files), (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no such file: ${path}`);
    return text;
  });
}
