/**
 * Statements name the schemas as this code knows them (`ledger.events`); a database may call them otherwise. The names
 * are put in where a statement leaves for the driver, and nowhere else, so everything above that place has one name for
 * each thing.
 */
import pg from 'pg';

/** The name that statements use → the schema's name in the database. */
export type SchemaNames = Readonly<Record<string, string>>;

/** Statements are a few dozen; beyond this they are made up on the way, and each would stay in memory. */
const STATEMENTS_MAX = 2_000;

/** What PostgreSQL takes without quotes, of any length it keeps: no name that is cut or that needs an escape. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** A schema in front of its object, or after the word `schema`, however it is written; never within another word. */
const nameIn = (names: readonly string[]) => {
  const any = names.map((name) => `"${name}"|${name}`).join('|');
  return new RegExp(
    String.raw`(?<![\w$."])(?:(?<before>schema\s+(?:if\s+(?:not\s+)?exists\s+)?)(?<alone>${any})(?![\w$"])` +
      String.raw`|(?<owner>${any})(?=\.[\w"%]))`,
    'gi',
  );
};

/**
 * Returns what puts the database's names into a statement's text; null when there is nothing to rename. It goes into
 * string literals, too ('ledger.events'::regclass), which is why names are plain.
 */
export function schemaRenamer(schemas: SchemaNames = {}): ((text: string) => string) | null {
  const renamed = Object.entries(schemas).filter(([from, to]) => from !== to);
  if (renamed.length === 0) return null;
  for (const name of renamed.flat()) {
    if (!PLAIN_NAME.test(name)) throw new RangeError(`schema name "${name}" is not of the form ${PLAIN_NAME.source}`);
  }
  const targets = renamed.map(([, to]) => to);
  if (new Set(targets).size < targets.length || targets.some((to) => Object.hasOwn(schemas, to))) {
    throw new RangeError('two schemas would have one name');
  }
  const names = new Map(renamed);
  const pattern = nameIn([...names.keys()]);
  const inDatabase = (written: string) => `"${names.get(written.replaceAll('"', '').toLowerCase())}"`;
  const rename = (text: string) =>
    text.replace(pattern, (...match) => {
      const { before, alone, owner } = match.at(-1) as Record<'before' | 'alone' | 'owner', string | undefined>;
      return owner === undefined ? `${before}${inDatabase(alone ?? '')}` : inDatabase(owner);
    });
  const known = new Map<string, string>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = rename(text);
      if (known.size < STATEMENTS_MAX) known.set(text, result);
    }
    return result;
  };
}

/** The driver's client; with names to change, one that changes them in whatever it is given to send. */
export function clientClass(schemas: SchemaNames | undefined): typeof pg.Client {
  const rename = schemaRenamer(schemas);
  if (rename === null) return pg.Client;
  return class extends pg.Client {
    override query(...parameters: unknown[]): never {
      const [query, ...rest] = parameters;
      return super.query(...([withText(query, rename), ...rest] as unknown as Parameters<pg.Client['query']>)) as never;
    }
  } as typeof pg.Client;
}

function withText(query: unknown, rename: (text: string) => string): unknown {
  if (typeof query === 'string') return rename(query);
  const { text, submit } = query as { text?: unknown; submit?: unknown };
  if (typeof text !== 'string') return query;
  // What submits itself (a cursor, COPY) has a life of its own and is not copied.
  if (typeof submit === 'function') return Object.assign(query as object, { text: rename(text) });
  return { ...(query as object), text: rename(text) };
}
