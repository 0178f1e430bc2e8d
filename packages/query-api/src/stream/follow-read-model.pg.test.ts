import { openDatabase } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import { describe, expect, test } from 'vitest';
import { captured, initiated } from '../../test/sample-events.ts';
import { startApi, type TestApi } from '../../test/start-api.ts';
import { follow, openStream, rowsOf, takeTicket } from '../../test/stream-client.ts';
import type { Cursor, ServerMessage } from './protocol.ts';

describe('following the read model', () => {
  test('a doorbell that is never heard delays a change and loses none', async () => {
    await using api = await startApi({ api: { doorbell: false } });
    const client = await follow(api, await api.merchantKey('mer_001'));
    await client.received(1);
    for (let index = 0; index < 5; index += 1) await api.append(initiated('mer_001', `po_${index}`));
    await eventually(() => client.messages.at(-1)?.cursor.offset === 4n);
    const payoutIds = client.messages.flatMap((message) => rowsOf(message).payouts.map(({ payoutId }) => payoutId));
    expect(payoutIds).toEqual(['po_0', 'po_1', 'po_2', 'po_3', 'po_4']);
    await client.close();
  });

  test('clients that come and go while events pour in miss nothing and see nothing twice', async () => {
    await using api = await startApi();
    const key = await api.merchantKey('mer_001');
    const total = 60;
    let isPoured = false;
    const pour = async () => {
      for (let index = 0; index < total; index += 1) {
        await api.append(initiated('mer_001', `po_${index}`), initiated('mer_042', `po_other_${index}`));
      }
      isPoured = true;
    };
    const seen: string[] = [];
    const comeAndGo = async () => {
      let cursor: Cursor | null = null;
      while (seen.length < total) {
        const client = await follow(api, key, cursor);
        await client.received(1);
        await eventually(() => client.messages.length >= 4 || isPoured);
        await client.close();
        for (const message of client.messages) {
          const expected = cursor === null ? ['snapshot'] : ['resumed', 'up_to_date', 'changes'];
          expect(expected).toContain(message.type);
          const rows = 'payouts' in message ? message.payouts : [];
          seen.push(...(message.type === 'snapshot' ? rows.toReversed() : rows).map(({ payoutId }) => payoutId));
          cursor = message.cursor;
        }
      }
    };
    await Promise.all([pour(), comeAndGo()]);
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => `po_${index}`));
  }, 60_000);

  test('when another generation takes over, live clients are reset to it and followed on', async () => {
    await using api = await startApi();
    const client = await follow(api, await api.merchantKey('mer_001'));
    await client.received(1);
    await api.append(captured('mer_001', 'pay_1'));
    await client.received(2);
    const before = client.messages[1]?.cursor.epoch;
    await api.database.pool.query(
      'begin; select read.create_generation(2); select read.activate_generation(2); commit',
    );
    await client.received(3);
    expect(client.messages[2]).toMatchObject({ type: 'reset', reason: 'epoch_changed', cursor: { offset: -1n } });
    expect(client.messages[2]?.cursor.epoch).not.toBe(before);
    await client.close();
  });

  test('a client that doesn’t read is reset once it reads again', async () => {
    await using api = await startApi();
    const key = await api.merchantKey('mer_001');
    const client = openStream(api.url, { ticket: await takeTicket(api, key) });
    client.subscribe();
    await client.received(1);
    client.socket.pause();
    const batch = (round: number) =>
      Array.from({ length: 200 }, (_, index) => initiated('mer_001', `po_${round}_${index}_${'x'.repeat(90)}`));
    const isStalled = async () => (await api.fetch('/metrics')).text.includes('settlement_stream_stalled_total 1');
    // It takes what fills the kernel's own buffers, and the bound after that.
    for (let round = 0; !(await isStalled()); round += 1) await api.append(...batch(round));
    client.socket.resume();
    await eventually(() => client.messages.some(({ type }) => type === 'reset'));
    const reset = client.messages.find(({ type }) => type === 'reset');
    expect(reset).toMatchObject({ type: 'reset', reason: 'too_slow' });
    await api.append(initiated('mer_001', 'po_after'));
    await eventually(() => hasPayout(client.messages.at(-1), 'po_after'));
    await client.close();
  }, 60_000);

  test('a database that goes away and comes back is survived by the sockets', async () => {
    await using api = await startApi();
    const key = await api.merchantKey('mer_001');
    const client = await follow(api, key);
    await client.received(1);
    await cutConnections(api);
    await eventually(() => isAnswering(api, key));
    await api.append(initiated('mer_001', 'po_after'));
    await client.received(2);
    expect(rowsOf(client.messages[1]).payouts).toMatchObject([{ payoutId: 'po_after' }]);
    await client.close();
  });
});

/** As a failover does: every connection to the database ends at once. */
async function cutConnections(api: TestApi): Promise<void> {
  const { connectionString } = api.database.pool.options;
  await using own = openDatabase({ url: String(connectionString), applicationName: 'cutter', connectionsMax: 1 });
  await own.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

async function isAnswering(api: TestApi, key: string): Promise<boolean> {
  return (await api.fetch('/v1/balances', { key })).status === 200;
}

function hasPayout(message: ServerMessage | undefined, payoutId: string): boolean {
  return message !== undefined && 'payouts' in message && message.payouts.some((row) => row.payoutId === payoutId);
}
