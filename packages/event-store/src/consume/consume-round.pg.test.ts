import { openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { consumeRound, type Round } from './consume-round.ts';
import { type LoggedEvent, logSource } from './log-source.ts';
import { registerGroup } from './register-group.ts';

const EVENTS = 50;

describe('a round reads heads in its own transaction', () => {
  let test: TestDatabase;
  let database: ReturnType<typeof openDatabase<LedgerTables>>;
  let applied: number;

  beforeEach(async () => {
    test = await testDatabase([ledgerMigrations]);
    database = openDatabase({ url: test.url, applicationName: 'round test', connectionsMax: 4 });
    await createEventLog(database).append(payments(EVENTS, 'a'));
    await registerGroup(database.db, 'g');
    applied = 0;
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const consume = (over: Partial<Round<LoggedEvent, LedgerTables>>) =>
    consumeRound<LoggedEvent, LedgerTables>({
      db: database.db,
      group: 'g',
      source: logSource,
      apply: async (_, { slices }) => {
        applied += slices.reduce((sum, { items }) => sum + items.length, 0);
      },
      itemsMax: 1_000,
      bytesMax: 1_000_000,
      members: 1,
      partitionsMax: 16,
      ...over,
    });

  it('which is the very one that applies', async () => {
    const asked: string[] = [];
    const note = async (db: Kysely<LedgerTables>) => {
      const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(db);
      asked.push(rows[0]?.id ?? 'none');
    };
    await consume({
      source: {
        ...logSource,
        heads: async (db) => {
          await note(db);
          return logSource.heads(db);
        },
      },
      apply: note,
    });
    expect(asked).toHaveLength(2);
    expect(new Set(asked).size).toBe(1);
  });

  it('so a server that goes away after it told them takes the round with it, and the next one asks again', async () => {
    await using operator = openDatabase<LedgerTables>({
      url: test.url,
      applicationName: 'operator',
      connectionsMax: 1,
    });
    let times = 0;
    const source = {
      ...logSource,
      heads: async (db: Kysely<LedgerTables>) => {
        times += 1;
        const heads = await logSource.heads(db);
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
        if (times === 1) await operator.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
        return heads;
      },
    };
    await expect(consume({ source })).rejects.toThrow();
    expect(applied).toBe(0);
    await consume({ source });
    expect({ times, applied }).toEqual({ times: 2, applied: EVENTS });
  });
});
