/** The sealer's environment. */

import { type Environment, LOG_LEVELS, loadConfig } from '@northwind/service-kit';
import { z } from 'zod';
import { ledgerSchemaVariable } from '../ledger-schema.ts';
import { SEAL_COLLECT_MS, SEAL_EVENTS_MAX } from './create-sealer.ts';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const sealerConfigSchema = z.strictObject({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL of the log')
    .meta({ secret: true }),
  SETTLEMENT_LEDGER_SCHEMA: ledgerSchemaVariable,
  SETTLEMENT_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('least level that is logged'),
  SETTLEMENT_HEALTH_HOST: z.string().min(1).default('127.0.0.1').describe('address of the health and metrics server'),
  SETTLEMENT_HEALTH_PORT: whole(0, 65_535).default(0).describe('port of the health and metrics server; 0: none'),
  SETTLEMENT_DATABASE_CONNECTIONS_MAX: whole(2, 100).default(3).describe('database connections at most'),
  SETTLEMENT_SEALER_COLLECT_MS: whole(10, 3_600_000)
    .default(SEAL_COLLECT_MS)
    .describe('milliseconds between two blocks of a partition; an event is sealed within about that time'),
  SETTLEMENT_SEALER_EVENTS_MAX: whole(1, 65_536)
    .default(SEAL_EVENTS_MAX)
    .describe('events sealed in one transaction, hence in one block, at most'),
});

export type SealerConfig = z.output<typeof sealerConfigSchema>;

/** One environment often serves all services: the others' variables are no mistakes here. */
const OTHER_SERVICES = [
  'SETTLEMENT_WRITER_*',
  'SETTLEMENT_PROJECTOR_*',
  'SETTLEMENT_WEBHOOKS_*',
  'SETTLEMENT_API_*',
  'SETTLEMENT_PORTAL_*',
  'SETTLEMENT_SECRETS_*',
];

/** Throws ConfigError with every wrong variable. */
export function loadSealerConfig(env: Environment): Readonly<SealerConfig> {
  return loadConfig(sealerConfigSchema, env, { knownVariables: OTHER_SERVICES });
}
