import { type Database, openDatabase } from '@northwind/service-kit';
import { type TestDatabase, testDatabase } from '@northwind/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from './create-api-key.ts';
import { createLoginLink } from './create-login-link.ts';
import { exchangeLoginLink } from './exchange-login-link.ts';
import { credentialKey, findEndedCredentials } from './find-ended-credentials.ts';
import { findBySession } from './find-principal.ts';
import { issueStreamTicket } from './issue-stream-ticket.ts';
import { accessMigrations } from './migrations.ts';
import { redeemStreamTicket } from './redeem-stream-ticket.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { sweepExpired } from './sweep-expired.ts';
import type { AccessTables } from './tables.ts';

let testing: TestDatabase;
let database: Database<AccessTables>;

beforeAll(async () => {
  testing = await testDatabase([accessMigrations]);
  database = openDatabase<AccessTables>({ url: testing.url, applicationName: 'access test', connectionsMax: 8 });
});

afterAll(async () => {
  await database.close();
  await testing.drop();
});

const signIn = async (merchantId: string) => {
  const { token } = await createLoginLink(database.db, { merchantId, ttlMs: 60_000 });
  const opened = await exchangeLoginLink(database.db, token);
  const principal = opened && (await findBySession(database.db, opened.session));
  if (!principal) throw new Error('not signed in');
  return principal;
};

describe('schema access', () => {
  test.each([
    [{ role: 'merchant', merchantId: null }, 'api_keys_merchant_named'],
    [{ role: 'finance', merchantId: 'mer_001' }, 'api_keys_merchant_named'],
    [{ role: 'admin', merchantId: null }, 'api_keys_role_known'],
  ] as const)('a key as %o is refused by %s', async (wanted, constraint) => {
    const creating = createApiKey(database.db, { ...wanted, role: wanted.role as 'merchant', name: 'x' });
    await expect(creating).rejects.toMatchObject({ constraint });
  });

  test('the API’s role may not make itself a key', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      await client.query('set local role settlement_api');
      await client.query('select count(*) from access.api_keys');
      const insert = client.query(
        `insert into access.api_keys (key_id, key_hash, role, name) values ('k', sha256('k'), 'operator', 'mine')`,
      );
      await expect(insert).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('a stream ticket', () => {
  test('is taken once, whoever comes at the same time', async () => {
    const { credential } = await signIn('mer_001');
    const { ticket } = await issueStreamTicket(database.db, { merchantId: 'mer_001', credential });
    const taken = await Promise.all(Array.from({ length: 8 }, () => redeemStreamTicket(database.db, ticket)));
    expect(taken.filter((admission) => admission !== null)).toEqual([{ merchantId: 'mer_001', credential }]);
  });
});

describe('findEndedCredentials', () => {
  test('names the revoked and the expired, and no other', async () => {
    const { db, pool } = database;
    const { keyId: revoked } = await createApiKey(db, { role: 'finance', merchantId: null, name: 'revoked' });
    const { keyId: valid } = await createApiKey(db, { role: 'finance', merchantId: null, name: 'valid' });
    await revokeApiKey(db, revoked);
    const expired = (await signIn('mer_001')).credential;
    await pool.query('update access.sessions set expires_at = clock_timestamp()');
    const open = (await signIn('mer_001')).credential;
    const keys = [
      { kind: 'key', keyId: revoked },
      { kind: 'key', keyId: valid },
      { kind: 'key', keyId: 'key_never' },
    ] as const;
    const ended = await findEndedCredentials(db, [...keys, expired, open]);
    expect([...ended].sort()).toEqual([`key:key_never`, `key:${revoked}`, credentialKey(expired)].sort());
    expect(await findEndedCredentials(db, [])).toEqual(new Set());
  });
});

describe('sweepExpired', () => {
  test('deletes what is over and nothing else', async () => {
    const { db, pool } = database;
    await pool.query('truncate access.login_links, access.sessions, access.stream_tickets');
    const { credential } = await signIn('mer_001');
    await createLoginLink(db, { merchantId: 'mer_001', ttlMs: -1 });
    await createLoginLink(db, { merchantId: 'mer_001', ttlMs: 60_000 });
    await issueStreamTicket(db, { merchantId: 'mer_001', credential });
    await pool.query(`update access.stream_tickets set expires_at = clock_timestamp() - interval '1 minute'`);
    // More than one bite of them.
    await pool.query(`
      insert into access.login_links (token_hash, role, expires_at)
      select sha256(n::text::bytea), 'finance', clock_timestamp() from generate_series(1, 2500) n`);
    expect(await sweepExpired(db)).toBe(2_502);
    expect(await sweepExpired(db)).toBe(0);
    const { rows } = await pool.query(
      `select (select count(*) from access.login_links) as links, (select count(*) from access.sessions) as sessions`,
    );
    expect(rows).toEqual([{ links: 2n, sessions: 1n }]);
  });
});
