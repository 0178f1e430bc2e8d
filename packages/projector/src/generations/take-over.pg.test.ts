import { openDatabase, systemClock } from '@northwind/service-kit';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openAsOwner, openProjection, type Projection } from '../../test/open-projection.ts';
import type { ReadTables } from '../tables.ts';
import { readGenerationStatus } from './generation-status.ts';
import { promote } from './promote.ts';
import { rebuild } from './rebuild.ts';

const LANES = 1;

test('a reader that keeps the views keeps nobody else waiting for long, and is named', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
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

test('who keeps a single view is named too, and nobody who reads another database', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
  await using elsewhere = await openProjection();
  const readerOf = ({ url }: Projection, applicationName: string) =>
    openDatabase<ReadTables>({ url, applicationName, connectionsMax: 1 });
  await using analyst = readerOf(projection, 'analyst');
  await using auditor = readerOf(projection, 'auditor');
  await using stranger = readerOf(elsewhere, 'stranger');
  const rebuilt = await rebuild({ database, lanes: LANES });
  await analyst.db.transaction().execute(async (trx) => {
    await sql`select count(*) from read.payouts`.execute(trx);
    await auditor.db.transaction().execute(async (own) => {
      await sql`select count(*) from read.generation_actions`.execute(own);
      await stranger.db.transaction().execute(async (other) => {
        await sql`select count(*) from read.payouts`.execute(other);
        await expect(promote({ database, rebuilt })).rejects.toThrow(
          /^readers keep the views: analyst \(pid \d+, for \d+ s\), auditor \(pid \d+, for \d+ s\); nothing/,
        );
      });
    });
  });
});
