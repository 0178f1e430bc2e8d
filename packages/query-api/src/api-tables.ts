import type { LedgerTables } from '@northwind/event-store/tables';
import type { ReadTables } from '@northwind/projector/tables';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import type { AccessTables } from './access/tables.ts';

/** Every table that the API touches. Only those of `access` are its own. */
export type ApiTables = AccessTables & LedgerTables & ReadTables & DeliveryTables;
