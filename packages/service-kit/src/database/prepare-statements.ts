/**
 * A pool whose connections prepare each statement once and only run it afterwards. A service says the same few dozen
 * statements all day; parsing and planning them anew costs the server more than running them does.
 */
import type { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** Beyond that the statements are not a service's own few dozen, and each would stay in the server's memory. */
const STATEMENTS_MAX = 500;

export function preparingPool(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  function nameOf(text: string): string | undefined {
    let name = names.get(text);
    if (name === undefined && names.size < STATEMENTS_MAX) {
      name = `statement_${names.size + 1}`;
      names.set(text, name);
    }
    return name;
  }

  function prepare(client: pg.PoolClient): PostgresPoolClient {
    const query = (text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
      const values = [...parameters];
      const name = isWorthIt(text) ? nameOf(text) : undefined;
      const answer = client.query(name === undefined ? { text, values } : { name, text, values });
      answer.catch((error: Error) => endIfSilent(client, error));
      return answer as never;
    };
    return { query: query as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
  }

  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client) ?? prepare(client);
      clients.set(client, known);
      return known;
    },
  };
}

/**
 * The driver gives up waiting for an answer but leaves the connection open, as if it could be used again. Ended, it
 * fails at once for whoever has it and is replaced by the pool.
 */
function endIfSilent(client: pg.PoolClient, error: Error): void {
  if (error.message !== 'Query read timeout') return;
  const { connection } = client as unknown as { readonly connection: { readonly stream: Socket } };
  connection.stream.destroy(error);
}

/**
 * Only what is planned: BEGIN, COMMIT and DDL have no plan to keep. A statement that says so itself is planned each
 * time: a kept plan would be wrong when its table has grown.
 */
function isWorthIt(text: string): boolean {
  if (text.startsWith('/* not prepared */')) return false;
  return /^\s*(select|insert|update|delete|with)\b/i.test(text);
}
