/** What may have happened to migrations since they were locked. */

export interface MigrationHash {
  readonly name: string;
  readonly sha256: string;
}

export interface LockComparison {
  readonly problems: readonly string[];
  /** New ones, in order, to be locked. */
  readonly added: readonly MigrationHash[];
}

export function compareToLock(locked: readonly MigrationHash[], files: readonly MigrationHash[]): LockComparison {
  const found = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  const known = new Set(locked.map(({ name }) => name));
  const added = files.filter(({ name }) => !known.has(name));
  const last = locked.at(-1)?.name ?? '';
  return {
    problems: [
      ...locked.filter(({ name }) => !found.has(name)).map(({ name }) => `${name} was released and is gone`),
      ...locked
        .filter(({ name, sha256 }) => found.has(name) && found.get(name) !== sha256)
        .map(({ name }) => `${name} was released and has been edited: undo that and write a new migration`),
      ...added
        .filter(({ name }) => name < last)
        .map(({ name }) => `${name} comes before ${last}, which was released: give it a higher number`),
    ],
    added,
  };
}

const LINE = /^([0-9a-f]{64}) {2}(\S+)\.sql$/;

/** The format of sha256sum, so that it can be checked by hand. */
export function parseLock(text: string): MigrationHash[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, sha256, name] = line.match(LINE) ?? [];
      if (sha256 === undefined || name === undefined) throw new Error(`not a line of a migrations.lock: ${line}`);
      return { name, sha256 };
    });
}

export function renderLock(hashes: readonly MigrationHash[]): string {
  return hashes.map(({ name, sha256 }) => `${sha256}  ${name}.sql\n`).join('');
}
