import { paymentCaptured } from '@northwind/events';
import { stringify } from '@northwind/service-kit';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { openAsOwner, openProjection } from '../../test/open-projection.ts';
import { dropGeneration } from './drop-generation.ts';
import { readActiveGeneration } from './generation.ts';
import { promote } from './promote.ts';
import { rebuild } from './rebuild.ts';
import { rollBack } from './roll-back.ts';

const LANES = 1;

const captured = (n: number, merchantId: string) =>
  paymentCaptured({ merchantId, paymentId: `pay_${n}`, amount: 1_000 + n, fee: 10, currency: 'EUR', time: nth(n) });

test('a promotion is on record with all that was compared, and at which offsets', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
  await projection.append([captured(0, 'mer_001'), captured(1, 'mer_001'), captured(2, 'mer_002')]);
  await projection.startProjector();
  await projection.caughtUp();
  const rebuilt = await rebuild({ database, lanes: LANES });
  await promote({ database, rebuilt });

  const { rows: heads } = await sql<{ partition: number; head: bigint }>`
    select partition, next_offset as head from ledger.partitions`.execute(database.db);
  const offsets = Object.fromEntries(heads.map(({ partition, head }) => [partition, head]));
  expect(heads.reduce((sum, { head }) => sum + head, 0n)).toBe(3n);
  const { differences: _, ...promoted } = { ...rebuilt.comparison, offsets };
  const { rows } = await sql<{ action: string; offsets: string; isWhole: boolean }>`
    select action, (report -> 'offsets')::text as offsets,
           report - 'differences' = ${stringify(promoted)}::jsonb as "isWhole"
    from read.generation_actions where action in ('compared', 'promoted') order by action_id`.execute(database.db);
  expect(rows.map(({ action, isWhole }) => ({ action, isWhole }))).toEqual([
    { action: 'compared', isWhole: true },
    { action: 'promoted', isWhole: true },
  ]);
  for (const row of rows) expect(JSON.parse(row.offsets)).toEqual(JSON.parse(stringify(offsets)));
});

test('what was retired, or dropped, since it was compared is promoted no more', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
  const rebuilt = await rebuild({ database, lanes: LANES });
  await promote({ database, rebuilt });
  await rollBack(database, { actor: 'ada', reason: 'a test' });
  const late = () => promote({ database, rebuilt });
  await expect(late()).rejects.toThrow('generation 2 is retired; settle rebuild makes another');
  await dropGeneration(database, 2);
  await expect(late()).rejects.toThrow('generation 2 is gone; settle rebuild makes another');
  expect(await readActiveGeneration(database.db)).toMatchObject({ generation: 1 });
});
