import { pauseGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { adjustmentPosted } from '@northwind/events';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import type { ReadTables } from '../tables.ts';
import { readGenerationStatus } from './generation-status.ts';
import { HoldError, holdBeside } from './hold-generation.ts';
import { promote, rebuild } from './rebuild.ts';
import { rebuildSessions } from './rebuild-sessions.ts';

const LANES = 1;

const adjusted = (n: number) =>
  adjustmentPosted({
    merchantId: 'mer_001',
    adjustmentId: `ad_${n}`,
    amount: 1,
    currency: 'EUR',
    reason: 'r',
    time: nth(n),
  });

function openAsOwner({ url }: Projection) {
  return openDatabase<ReadTables>({ url, applicationName: 'settle rebuild', ...rebuildSessions(LANES) });
}

test('a reader that keeps the views keeps nobody else waiting for long, and is named', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  await using analyst = openDatabase<ReadTables>({
    url: projection.url,
    applicationName: 'analyst',
    connectionsMax: 1,
  });
  const rebuilt = await rebuild({ database, lanes: LANES });
  await analyst.db.transaction().execute(async (trx) => {
    await sql`select count(*) from read.generations`.execute(trx);
    const promoting = expect(promote({ database, rebuilt })).rejects.toThrow(
      /^readers keep the views: analyst \(pid \d+/,
    );
    let longestMs = 0;
    for (let n = 0; n < 20; n += 1) {
      const startMs = performance.now();
      await sql`select * from read.generations`.execute(projection.db);
      longestMs = Math.max(longestMs, performance.now() - startMs);
      await systemClock.sleep(50);
    }
    expect(longestMs).toBeGreaterThan(20); // it did wait, or there was nothing to see here
    expect(longestMs).toBeLessThan(1_000);
    await promoting;
  });
  await promote({ database, rebuilt });
  expect((await readGenerationStatus(database.db)).map(({ status }) => status)).toEqual(['standby', 'active']);
});

test('a generation that is ahead of an active one that stands still is not waited for without end', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  await projection.startProjector();
  const { candidate } = await rebuild({ database, lanes: LANES });
  await pauseGroup(database.db as unknown as Kysely<LedgerTables>, { group: 'read_1', actor: 'ada', reason: 'a test' });
  await projection.append([1, 2, 3].map(adjusted));
  await eventually(
    async () => (await readGenerationStatus(database.db)).find(({ generation }) => generation === 2)?.lag === 0n,
  );
  const active = { ...candidate, generation: 1, consumerGroup: 'read_1', schema: 'read_g1' };
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => (nowMs += 1_000), sleep: () => Promise.resolve() };
  const held = holdBeside(database.db, { active, candidate }, async () => 'held', { clock });
  await expect(held).rejects.toThrow(HoldError);
  await expect(held).rejects.toThrow('generation 1, which is active, lacks 3 events');
});
