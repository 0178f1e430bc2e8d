import { rebuild, rebuildSessions } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase } from '@northwind/service-kit';
import { type Check, Wrongs } from './finding.ts';

const LANES = 2;

/** What `settle rebuild` does: every read model again from the log, held against what the killed projectors made. */
export async function checkRebuild(url: string): Promise<Check> {
  const wrongs = new Wrongs();
  await using database = openDatabase<ReadTables>({
    url,
    applicationName: 'chaos-rebuild',
    ...rebuildSessions(LANES),
  });
  const { comparison } = await rebuild({ database, lanes: LANES });
  for (const { merchantId, first } of comparison.differences) {
    wrongs.add(`${merchantId} differs from ${first.partition}:${first.offset} on`);
  }
  const rows = comparison.tables.reduce((sum, { activeRows }) => sum + activeRows, 0n);
  if (rows === 0n) wrongs.add('there was nothing to compare');
  const found = `${rows} rows of ${comparison.tables.length} tables, hash ${comparison.active.hash.slice(0, 16)}`;
  return wrongs.check('rebuilt read models equal the live ones', found);
}
