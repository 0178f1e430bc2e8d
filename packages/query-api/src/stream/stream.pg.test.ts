import { eventually } from '@northwind/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captured, failed, initiated, settled } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';
import { follow, openStream, rowsOf, takeTicket } from '../../test/stream-client.ts';
import { createApiKey } from '../access/create-api-key.ts';
import { revokeApiKey } from '../access/revoke-api-key.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api[Symbol.asyncDispose]());

describe('a live stream', () => {
  test('begins with a snapshot and goes on with every change, once and in order', async () => {
    const key = await api.merchantKey('mer_001');
    await api.append(captured('mer_001', 'pay_1', 1_000_000), initiated('mer_001', 'po_0'));
    const client = await follow(api, key);
    await client.received(1);
    const snapshot = rowsOf(client.messages[0]);
    expect(snapshot).toMatchObject({ type: 'snapshot', cursor: { partition: 4, offset: 1n } });
    expect(snapshot.balances).toMatchObject([{ currency: 'EUR', grossMinor: 1_000_000n, inTransitMinor: 5_000n }]);
    expect(snapshot.payouts).toMatchObject([{ payoutId: 'po_0', status: 'initiated' }]);

    for (let index = 1; index <= 30; index += 1) await api.append(initiated('mer_001', `po_${index}`, 100));
    await eventually(() => client.messages.at(-1)?.cursor.offset === 31n);
    await client.close();

    const changes = client.messages.slice(1).map(rowsOf);
    expect(new Set(changes.map(({ type }) => type))).toEqual(new Set(['changes']));
    const payoutIds = changes.flatMap(({ payouts }) => payouts.map(({ payoutId }) => payoutId));
    expect(payoutIds).toEqual(Array.from({ length: 30 }, (_, index) => `po_${index + 1}`));
    const offsets = client.messages.map(({ cursor }) => cursor.offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => Number(a - b)));
    expect(changes.at(-1)?.balances).toMatchObject([{ inTransitMinor: 8_000n, asOf: { offset: 31n } }]);
  });

  test('tells a merchant nothing of another', async () => {
    const [one, two] = await Promise.all([
      follow(api, await api.merchantKey('mer_a')),
      follow(api, await api.merchantKey('mer_b')),
    ]);
    await Promise.all([one.received(1), two.received(1)]);
    await api.append(initiated('mer_a', 'po_of_a'), initiated('mer_b', 'po_of_b'));
    await Promise.all([one.received(2), two.received(2)]);
    await Promise.all([one.close(), two.close()]);
    expect(one.messages.flatMap((message) => rowsOf(message).payouts.map(({ payoutId }) => payoutId))).toEqual([
      'po_of_a',
    ]);
    expect(two.messages.flatMap((message) => rowsOf(message).payouts.map(({ payoutId }) => payoutId))).toEqual([
      'po_of_b',
    ]);
  });

  test('of one merchant may be followed many times', async () => {
    const key = await api.merchantKey('mer_many');
    const clients = await Promise.all(Array.from({ length: 5 }, () => follow(api, key)));
    await Promise.all(clients.map((client) => client.received(1)));
    await api.append(initiated('mer_many', 'po_many'));
    await Promise.all(clients.map((client) => client.received(2)));
    for (const client of clients) {
      expect(rowsOf(client.messages[1]).payouts).toMatchObject([{ payoutId: 'po_many' }]);
      await client.close();
    }
  });

  test('finance follows the merchant it names', async () => {
    const key = await api.roleKey('finance');
    const { body } = await api.fetch('/v1/stream-tickets?merchantId=mer_001', { key, method: 'POST' });
    const client = openStream(api.url, { ticket: body.ticket });
    client.subscribe();
    const [snapshot] = await client.received(1);
    expect(snapshot?.cursor.partition).toBe(4);
    await client.close();
  });
});

describe('coming back', () => {
  const merchantId = 'mer_back';
  let key: string;

  beforeAll(async () => {
    key = await api.merchantKey(merchantId);
    await api.append(initiated(merchantId, 'po_b1'), initiated(merchantId, 'po_b2'));
  });

  const leave = async () => {
    const client = await follow(api, key);
    const [answer] = await client.received(1);
    await client.close();
    if (!answer) throw new Error('no answer');
    return answer.cursor;
  };

  const comeBack = async (cursor: Awaited<ReturnType<typeof leave>>) => {
    const client = await follow(api, key, cursor);
    const [answer] = await client.received(1);
    await client.close();
    return answer;
  };

  test('with nothing missed is up to date, also when others moved on', async () => {
    const cursor = await leave();
    expect(await comeBack(cursor)).toEqual({ type: 'up_to_date', cursor });
    await api.append(initiated('mer_other', 'po_o1'));
    expect(await comeBack(cursor)).toMatchObject({ type: 'up_to_date' });
  });

  test('with something missed replays exactly that, and goes on', async () => {
    const cursor = await leave();
    await api.append(settled(merchantId, 'po_b1'), initiated(merchantId, 'po_b3'));
    const client = await follow(api, key, cursor);
    await client.received(1);
    const resumed = rowsOf(client.messages[0]);
    expect(resumed.type).toBe('resumed');
    expect(resumed.payouts.map(({ payoutId, status }) => [payoutId, status])).toEqual([
      ['po_b1', 'settled'],
      ['po_b3', 'initiated'],
    ]);
    expect(resumed.balances).toHaveLength(1);
    await api.append(failed(merchantId, 'po_b3'));
    await client.received(2);
    expect(rowsOf(client.messages[1]).payouts).toMatchObject([{ payoutId: 'po_b3', status: 'failed' }]);
    await client.close();
  });

  test('with a cursor of another epoch, of another partition or from the future is reset, and told why', async () => {
    const cursor = await leave();
    const cases = [
      [{ ...cursor, epoch: 'g0-other' }, 'epoch_changed'],
      [{ ...cursor, partition: (cursor.partition + 1) % 16 }, 'epoch_changed'],
      [{ ...cursor, offset: cursor.offset + 1n }, 'cursor_ahead'],
      [{ ...cursor, offset: 2n ** 63n - 1n }, 'cursor_ahead'],
    ] as const;
    for (const [wrong, reason] of cases) {
      const answer = await comeBack(wrong);
      expect(answer).toMatchObject({ type: 'reset', reason, cursor });
      expect(rowsOf(answer).payouts.length).toBeGreaterThan(0);
    }
  });

  test('having missed too much is reset to a snapshot', async () => {
    const many = 'mer_flood';
    const floodKey = await api.merchantKey(many);
    const client = await follow(api, floodKey);
    const [answer] = await client.received(1);
    await client.close();
    await api.append(...Array.from({ length: 501 }, (_, index) => initiated(many, `po_f${index}`)));
    const back = await follow(api, floodKey, answer?.cursor ?? null);
    await back.received(1);
    expect(back.messages[0]).toMatchObject({ type: 'reset', reason: 'too_slow' });
    expect(rowsOf(back.messages[0]).payouts).toHaveLength(50);
    await back.close();
  });
});

describe('at the door', () => {
  let key: string;

  beforeAll(async () => {
    key = await api.merchantKey('mer_001');
  });

  test('a ticket opens one socket and no second', async () => {
    const ticket = await takeTicket(api, key);
    const first = openStream(api.url, { ticket });
    first.subscribe();
    await first.received(1);
    const second = openStream(api.url, { ticket });
    expect(await second.closed()).toBe(4401);
    await first.close();
  });

  test.each([
    ['no ticket', undefined],
    ['a ticket that is none', 'nonsense'],
    ['a ticket that nobody issued', `nwt_${'a'.repeat(43)}`],
  ])('%s closes with 4401', async (_name, ticket) => {
    expect(await openStream(api.url, ticket === undefined ? {} : { ticket }).closed()).toBe(4401);
  });

  test('a ticket lasts thirty seconds', async () => {
    const { body } = await api.fetch('/v1/stream-tickets', { key, method: 'POST' });
    const { rows } = await api.database.pool.query<{ seconds: number }>(
      `select extract(epoch from $1::timestamptz - clock_timestamp())::float8 as seconds`,
      [body.expiresAt],
    );
    expect(rows[0]?.seconds).toBeGreaterThan(25);
    expect(rows[0]?.seconds).toBeLessThanOrEqual(30);
    await api.database.pool.query(
      `update access.stream_tickets set expires_at = clock_timestamp() where used_at is null`,
    );
    expect(await openStream(api.url, { ticket: body.ticket }).closed()).toBe(4401);
  });

  test('a ticket of one node opens a socket on another', async () => {
    const node = await api.startNode();
    const client = openStream(node.url, { ticket: await takeTicket(api, key) });
    client.subscribe();
    expect((await client.received(1))[0]?.type).toBe('snapshot');
    await client.close();
    await node.stop();
  });

  test('a page of another site is refused, and its ticket is not used up', async () => {
    const ticket = await takeTicket(api, key);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect(await openStream(api.url, { ticket, origin }).refused()).toBe(403);
    }
    const ours = openStream(api.url, { ticket, origin: api.url });
    ours.subscribe();
    await ours.received(1);
    await ours.close();
  });

  test('a plain request is told to upgrade', async () => {
    const { status, headers, body } = await api.fetch('/v1/stream');
    expect(status).toBe(426);
    expect(headers.get('upgrade')).toBe('websocket');
    expect(body.code).toBe('upgrade_required');
  });

  test('a message that is too large closes with 1009, one that is none with 1008', async () => {
    const large = openStream(api.url, { ticket: await takeTicket(api, key) });
    large.socket.on('open', () => large.socket.send('x'.repeat(4_097)));
    expect(await large.closed()).toBe(1009);
    const wrong = openStream(api.url, { ticket: await takeTicket(api, key) });
    wrong.socket.on('open', () => wrong.socket.send('{"type":"subscribe"}'));
    expect(await wrong.closed()).toBe(1008);
    const binary = openStream(api.url, { ticket: await takeTicket(api, key) });
    binary.socket.on('open', () => binary.socket.send(Buffer.from('{"type":"subscribe","cursor":null}')));
    expect(await binary.closed()).toBe(1008);
  });

  test('one socket too many of a merchant is told to come later, another merchant’s is not', async () => {
    const node = await api.startNode({ connectionsPerMerchantMax: 2 });
    const open = async (merchantKey: string) => {
      const client = openStream(node.url, { ticket: await takeTicket(api, merchantKey) });
      client.subscribe();
      return client;
    };
    const first = await open(key);
    const second = await open(key);
    await Promise.all([first.received(1), second.received(1)]);
    expect(await (await open(key)).closed()).toBe(1013);
    const other = await open(await api.merchantKey('mer_002'));
    await other.received(1);
    await first.close();
    const third = await open(key);
    await third.received(1);
    await Promise.all([second.close(), third.close(), other.close()]);
    await node.stop();
  });
});

describe('the end', () => {
  test('a stopping node sends its sockets elsewhere with 1012', async () => {
    const node = await api.startNode();
    const key = await api.merchantKey('mer_001');
    const live = openStream(node.url, { ticket: await takeTicket(api, key) });
    live.subscribe();
    await live.received(1);
    const waiting = openStream(node.url, { ticket: await takeTicket(api, key) });
    await eventually(() => waiting.socket.readyState === waiting.socket.OPEN);
    await node.stop();
    expect(await live.closed()).toBe(1012);
    expect(await waiting.closed()).toBe(1012);
  });

  test('signing out closes the streams of that session at once', async () => {
    const cookie = await api.signIn('mer_001');
    const headers = { cookie, origin: api.url };
    const { body } = await api.fetch('/v1/stream-tickets', { method: 'POST', headers });
    const client = openStream(api.url, { ticket: body.ticket, origin: api.url });
    client.subscribe();
    await client.received(1);
    const stays = await follow(api, await api.merchantKey('mer_001'));
    await stays.received(1);
    await api.fetch('/v1/sessions', { method: 'DELETE', headers });
    expect(await client.closed()).toBe(4401);
    expect(stays.socket.readyState).toBe(stays.socket.OPEN);
    await stays.close();
  });

  test('a key revoked or a session expired elsewhere closes the stream within seconds', async () => {
    const { db, pool } = api.database;
    const { key, keyId } = await createApiKey(db, { role: 'merchant', merchantId: 'mer_001', name: 'leaked' });
    const byKey = await follow(api, key);
    const cookie = await api.signIn('mer_001');
    const headers = { cookie, origin: api.url };
    const { body } = await api.fetch('/v1/stream-tickets', { method: 'POST', headers });
    const bySession = openStream(api.url, { ticket: body.ticket });
    bySession.subscribe();
    await Promise.all([byKey.received(1), bySession.received(1)]);
    await revokeApiKey(db, keyId);
    await pool.query(`update access.sessions set expires_at = clock_timestamp()`);
    expect(await byKey.closed()).toBe(4401);
    expect(await bySession.closed()).toBe(4401);
  });
});
