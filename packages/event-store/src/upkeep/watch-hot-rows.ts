/**
 * Looks at the hot rows once in a while and says when something keeps their old versions: appends slow down then, and
 * nothing else tells why. It is a warning and no failure (a dump may be wanted), so health stays green with a detail.
 */
import { type Clock, createLoop, type Database, type Health, type Logger, type Service } from '@northwind/service-kit';
import type { LedgerTables } from '../tables.ts';
import { type HotRows, readHotRows } from './read-hot-rows.ts';

export interface HotRowsWatchOptions {
  readonly database: Database<LedgerTables>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
  readonly onLook?: (rows: HotRows) => void;
  readonly everyMs?: number;
  readonly snapshotSecondsMax?: number;
  readonly deadRowsMax?: number;
}

export const HOT_ROWS = 'hot rows';

/** Several looks within the time after which it is said. */
const EVERY_MS = 15_000;
/** No transaction of ours takes that long, and thousands of commits fit into it. */
const SNAPSHOT_SECONDS_MAX = 60;
/** Of one table. Left alone they are some dozens; an append is ten times as slow with some thousands of heads. */
const DEAD_ROWS_MAX = 2_000;

export function createHotRowsWatch(options: HotRowsWatchOptions): Service {
  const { database, logger, clock, health, onLook } = options;
  return createLoop({
    name: HOT_ROWS,
    pauseMs: options.everyMs ?? EVERY_MS,
    clock,
    run: async () => {
      const rows = await readHotRows(database.db);
      onLook?.(rows);
      const warning = warn(rows, options);
      health.set(HOT_ROWS, 'ok', warning ?? undefined);
      if (warning !== null) logger.warn({ event: 'log.old_snapshot', ...rows }, warning);
    },
    onError: (err) => logger.warn({ event: 'log.hot_rows_unknown', err }, 'the hot rows could not be looked at'),
  });
}

function warn(rows: HotRows, { snapshotSecondsMax, deadRowsMax }: HotRowsWatchOptions): string | null {
  const { dead, snapshotHolder, snapshotSeconds } = rows;
  const crowded = Object.entries(dead).filter(([, count]) => count > (deadRowsMax ?? DEAD_ROWS_MAX));
  const isOld = snapshotSeconds > (snapshotSecondsMax ?? SNAPSHOT_SECONDS_MAX);
  if (crowded.length === 0 && !isOld) return null;
  const tables = crowded.map(([table, count]) => `${count} dead rows in ${table}`);
  const age = isOld ? [`the oldest snapshot is ${Math.round(snapshotSeconds)} s old`] : [];
  const who = rows.seesAll ? (snapshotHolder ?? 'nobody any more') : `${snapshotHolder ?? 'unseen'} (not all are seen)`;
  return `appends slow down: ${[...age, ...tables].join(', ')}; held by ${who}`;
}
