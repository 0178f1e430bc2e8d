/**
 * A pool whose connections prepare each statement once and only run it afterwards. A service says the same few dozen
 * statements all day; parsing and planning them anew costs the server more than running them does.
 */
import type { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** Beyond that the statements are not a service's own few dozen, and each would stay in the server's memory. */
const STATEMENTS_MAX = 500;

export interface PreparingOptions {
  /** Also what says that it is better planned each time: the session is set so that no plan reads a whole table. */
  readonly keepsAllPlans: boolean;
}

export function preparingPool(pool: pg.Pool, { keepsAllPlans }: PreparingOptions): PostgresPool {
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
    const holdBack = sendTogether(socketOf(client));
    const query = (text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
      const values = [...parameters];
      const name = isWorthIt(text, keepsAllPlans) ? nameOf(text) : undefined;
      holdBack();
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
  if (error.message === 'Query read timeout') socketOf(client).destroy(error);
}

function socketOf(client: pg.PoolClient): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
}

/** More in hand goes out at once: the server may begin while the next statement is made. */
const TOGETHER_BYTES_MAX = 65_536;

/**
 * What is written after a call, in the same turn of the event loop, is sent in one piece. Each piece wakes the server
 * at the other end, and for a small statement that costs more than the statement.
 */
function sendTogether(socket: Socket): () => void {
  let isHeld = false;
  return () => {
    if (isHeld && socket.writableLength > TOGETHER_BYTES_MAX) {
      socket.uncork();
      socket.cork();
    }
    if (isHeld) return;
    isHeld = true;
    socket.cork();
    process.nextTick(() => {
      isHeld = false;
      socket.uncork();
    });
  };
}

/** For a statement that is planned each time: a kept plan would be wrong when its table has grown. */
const PLANNED_EACH_TIME = '/* not prepared */';

/** Only what is planned: BEGIN, COMMIT and DDL have no plan to keep. */
function isWorthIt(text: string, keepsAllPlans: boolean): boolean {
  if (text.startsWith(PLANNED_EACH_TIME)) return keepsAllPlans;
  return /^\s*(select|insert|update|delete|with)\b/i.test(text);
}
