/** What the routes need. Nothing of it is used before a request comes. */
import type { Health, Logger, Registry } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { ApiTables } from './api-tables.ts';
import type { StreamHub } from './stream/hub.ts';
import type { AppliedGate } from './waiting/applied-gate.ts';

export interface ApiContext {
  readonly db: Kysely<ApiTables>;
  readonly logger: Logger;
  readonly health: Health;
  readonly registry: Registry;
  readonly hub: StreamHub;
  readonly gate: AppliedGate;
  /** A further origin that is ours, null when there is none. */
  readonly portalOrigin: string | null;
  /** Folder with the built portal, null when this API serves none. */
  readonly portalFolder: string | null;
  readonly secretsKey: string;
  readonly allowInsecureTargets: boolean;
}
