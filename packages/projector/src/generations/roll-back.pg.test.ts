import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openAsOwner, openProjection } from '../../test/open-projection.ts';
import { readActiveGeneration } from './generation.ts';
import { readGenerationStatus } from './generation-status.ts';
import { promote } from './promote.ts';
import { rebuild } from './rebuild.ts';
import { RebuildError } from './rebuild-error.ts';
import { rollBack } from './roll-back.ts';

const LANES = 1;
const signOff = { actor: 'ada', reason: 'a test' };

/** What a generation of another release looks like to this one. */
test.each([
  [
    'another version of a model',
    `insert into read.generation_models (generation, model, version) values (1, 'payouts', 7)`,
    /^generation 1 can't take over: read model payouts is of version \d, and read_g1 holds version 7: .*of the release/,
  ],
  [
    'a table that this release does not know',
    'create table read_g1.of_tomorrow (partition int2)',
    /^generation 1 can't take over: table read_g1\.of_tomorrow is of no read model that this release has/,
  ],
  [
    'a column of another name',
    'alter table read_g1.payout_facts rename column version to edition',
    /^generation 1 can't take over: read model payouts: column read_g1\.payout_facts\.version is not there/,
  ],
  [
    'a column of another type',
    'alter table read_g1.adjustments alter column reason type varchar(40)',
    /^generation 1 can't take over: read model \w+: column read_g1\.adjustments\.reason is varchar, .* says text/,
  ],
])('a rollback to a generation with %s is refused, and nothing moves', async (_, mark, refusal) => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection, LANES);
  await promote({ database, rebuilt: await rebuild({ database, lanes: LANES }) });
  const before = await readActiveGeneration(database.db);
  await sql.raw(mark).execute(database.db);

  const refused = rollBack(database, signOff);
  await expect(refused).rejects.toThrow(RebuildError);
  await expect(refused).rejects.toThrow(refusal);
  expect(await readActiveGeneration(database.db)).toEqual(before);
  expect((await readGenerationStatus(database.db)).map(({ status }) => status)).toEqual(['standby', 'active']);
  const { rows } = await sql`select from read.generation_actions where action = 'rolled_back'`.execute(database.db);
  expect(rows).toHaveLength(0);
});
