/** What whoever rebuilds opens its database with, so that the command, the checks and the benchmarks do the same. */
import { availableParallelism } from 'node:os';
import type { DatabaseOptions } from '@northwind/service-kit';

/** One lane more than there are cores: the server has the next batch before it is done with this one. */
export const LANES_DEFAULT = availableParallelism() + 1;

/** The lock, the snapshot of the active generation, and what is asked meanwhile. */
const CONNECTIONS_BESIDE_LANES = 3;

/** Without time limits: a statement over a whole table, or a generation that is held, takes as long as it takes. */
export function rebuildSessions(lanes: number) {
  return {
    connectionsMax: lanes + CONNECTIONS_BESIDE_LANES,
    pipeline: true,
    limits: { statementMs: 0, idleInTransactionMs: 0 },
  } as const satisfies Partial<DatabaseOptions>;
}
