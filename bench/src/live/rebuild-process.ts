/** A process of its own: one `settle rebuild` with its defaults; tells over IPC whether both generations are equal. */
import { availableParallelism, constants, setPriority } from 'node:os';
import { rebuild } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { environment, openDatabase } from '@northwind/service-kit';

process.once('disconnect', () => process.exit(0));
const { DATABASE_URL: url = '' } = environment();
const lanes = availableParallelism() + 1;
setPriority(constants.priority.PRIORITY_LOW);
const limits = { statementMs: 0, idleInTransactionMs: 0 };
await using database = openDatabase<ReadTables>({
  url,
  applicationName: 'bench rebuild',
  connectionsMax: lanes + 3,
  pipeline: true,
  limits,
});
const { comparison } = await rebuild({ database, lanes });
process.send?.({ isEqual: comparison.isEqual });
