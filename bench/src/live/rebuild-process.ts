/** A process of its own: one `settle rebuild` with its defaults; tells over IPC whether both generations are equal. */
import { constants, setPriority } from 'node:os';
import { LANES_DEFAULT, rebuild, rebuildSessions } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { environment, openDatabase } from '@northwind/service-kit';

process.once('disconnect', () => process.exit(0));
const { DATABASE_URL: url = '' } = environment();
setPriority(constants.priority.PRIORITY_LOW);
await using database = openDatabase<ReadTables>({
  url,
  applicationName: 'bench rebuild',
  ...rebuildSessions(LANES_DEFAULT),
});
const { comparison } = await rebuild({ database, lanes: LANES_DEFAULT });
process.send?.({ isEqual: comparison.isEqual });
