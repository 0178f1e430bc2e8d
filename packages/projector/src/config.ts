/** The projector's environment. */
import { ledgerSchemaVariable } from '@northwind/event-store';
import { type Environment, LOG_LEVELS, loadConfig } from '@northwind/service-kit';
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const projectorConfigSchema = z.strictObject({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL of the log and the read models')
    .meta({ secret: true }),
  SETTLEMENT_LEDGER_SCHEMA: ledgerSchemaVariable,
  SETTLEMENT_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('least level that is logged'),
  SETTLEMENT_HEALTH_HOST: z.string().min(1).default('127.0.0.1').describe('address of the health and metrics server'),
  SETTLEMENT_HEALTH_PORT: whole(0, 65_535).default(0).describe('port of the health and metrics server; 0: none'),
  SETTLEMENT_DATABASE_CONNECTIONS_MAX: whole(3, 100).default(4).describe('database connections at most'),
  SETTLEMENT_PROJECTOR_BATCH_SIZE_MAX: whole(1, 10_000)
    .default(8_000)
    .describe('events applied in one transaction at most'),
  SETTLEMENT_PROJECTOR_COLLECT_MS: whole(0, 60_000)
    .default(1)
    .describe('milliseconds that events may gather after a transaction during which more came'),
});

export type ProjectorConfig = z.output<typeof projectorConfigSchema>;

/** One environment often serves all services: the others' variables are no mistakes here. */
const OTHER_SERVICES = [
  'SETTLEMENT_WRITER_*',
  'SETTLEMENT_SEALER_*',
  'SETTLEMENT_WEBHOOKS_*',
  'SETTLEMENT_API_*',
  'SETTLEMENT_PORTAL_*',
  'SETTLEMENT_SECRETS_*',
];

/** Throws ConfigError with every wrong variable. */
export function loadProjectorConfig(env: Environment): Readonly<ProjectorConfig> {
  return loadConfig(projectorConfigSchema, env, { knownVariables: OTHER_SERVICES });
}
