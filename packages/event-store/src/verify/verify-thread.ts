/** A thread of verify: partitions come in as messages, one at a time, and reports go out. */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase, systemClock } from '@northwind/service-kit';
import type { LedgerTables } from '../tables.ts';
import type { ThreadMessage, ThreadWish } from './run-threads.ts';
import type { VerifyDatabase } from './verify-log.ts';
import { verifyPartition } from './verify-partition.ts';

const database = openDatabase<LedgerTables>({ ...(workerData as VerifyDatabase), connectionsMax: 1 });
const say = (message: ThreadMessage) => parentPort?.postMessage(message);

parentPort?.on('message', async (wish: ThreadWish) => {
  const onProgress = (events: number) => say({ kind: 'progress', events });
  say({ kind: 'report', report: await verifyPartition(database.db, { ...wish, clock: systemClock, onProgress }) });
});
