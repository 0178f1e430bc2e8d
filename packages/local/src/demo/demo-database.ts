import type { LedgerTables } from '@northwind/event-store/tables';
import type { ReadTables } from '@northwind/projector/tables';
import type { AccessTables } from '@northwind/query-api';
import { type Database, openDatabase } from '@northwind/service-kit';
import type { DeliveryTables } from '@northwind/webhooks/tables';

export type DemoTables = LedgerTables & ReadTables & DeliveryTables & AccessTables;
export type DemoDatabase = Database<DemoTables>;

const CONNECTIONS_MAX = 4;

/** The demo looks straight into the database: what it checks must not go through what it checks. */
export function openDemoDatabase(url: string): DemoDatabase {
  return openDatabase<DemoTables>({ url, applicationName: 'settle-demo', connectionsMax: CONNECTIONS_MAX });
}
