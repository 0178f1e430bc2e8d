/** The hot rows as metrics. */
import { Gauge, type Registry } from '@northwind/service-kit';
import type { HotRows } from './read-hot-rows.ts';

export function createHotRowGauges(registry: Registry): (rows: HotRows) => void {
  const registers = [registry];
  const seconds = new Gauge({
    name: 'settlement_log_oldest_snapshot_seconds',
    help: 'age of the transaction that holds the most back, as far as the owner of the schema sees it; 0 for a slot',
    registers,
  });
  const transactions = new Gauge({
    name: 'settlement_log_oldest_snapshot_transactions',
    help: 'transactions that began after the one that holds the most back; their dead rows may have to stay',
    registers,
  });
  const seesAll = new Gauge({
    name: 'settlement_log_snapshots_seen_ratio',
    help: '1 when the owner of the schema sees the sessions of all roles, else 0',
    registers,
  });
  const dead = new Gauge({
    name: 'settlement_log_dead_rows',
    help: 'row versions of the tables that every append or batch updates and that were not cleared away yet',
    labelNames: ['table'],
    registers,
  });
  return (rows) => {
    seconds.set(rows.snapshotSeconds);
    transactions.set(rows.snapshotTransactions);
    seesAll.set(rows.seesAll ? 1 : 0);
    for (const [table, count] of Object.entries(rows.dead)) dead.set({ table }, count);
  };
}
