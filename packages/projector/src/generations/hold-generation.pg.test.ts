import { pauseGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { adjustmentPosted } from '@northwind/events';
import { systemClock } from '@northwind/service-kit';
import { eventually } from '@northwind/testing';
import type { Kysely } from 'kysely';
import { expect, test } from 'vitest';
import { nth } from '../../test/arbitrary-events.ts';
import { openAsOwner, openProjection } from '../../test/open-projection.ts';
import { readGenerationStatus } from './generation-status.ts';
import { HoldError, holdBeside } from './hold-generation.ts';
import { rebuild } from './rebuild.ts';

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

test('a generation that is ahead of an active one that stands still is not waited for without end', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
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
