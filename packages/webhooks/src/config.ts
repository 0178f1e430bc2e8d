/** The webhook worker's environment. */
import { ledgerSchemaVariable } from '@northwind/event-store';
import { type Environment, LOG_LEVELS, loadConfig } from '@northwind/service-kit';
import { z } from 'zod';
import { CONCURRENCY, DISABLE_AFTER_MS, RECEIPT_DAYS } from './limits.ts';
import { oldSecretsKeysSchema, secretsKeySchema } from './signing/secret-box.ts';

export const DAY_MS = 24 * 60 * 60 * 1_000;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const webhooksConfigSchema = z.strictObject({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL of the read models and the deliveries')
    .meta({ secret: true }),
  SETTLEMENT_LEDGER_SCHEMA: ledgerSchemaVariable,
  SQS_WEBHOOK_DEAD_LETTERS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL of the queue that is told of deliveries that were given up; without it they are only listed'),
  SQS_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('SQS server other than AWS, for example a local one'),
  AWS_REGION: z.string().min(1).default('eu-west-1').describe('AWS region of the queue'),
  SETTLEMENT_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('least level that is logged'),
  SETTLEMENT_HEALTH_HOST: z.string().min(1).default('127.0.0.1').describe('address of the health and metrics server'),
  SETTLEMENT_HEALTH_PORT: whole(0, 65_535).default(0).describe('port of the health and metrics server; 0: none'),
  SETTLEMENT_DATABASE_CONNECTIONS_MAX: whole(4, 100).default(6).describe('database connections at most'),
  SETTLEMENT_SECRETS_KEY: secretsKeySchema,
  SETTLEMENT_SECRETS_KEYS_OLD: oldSecretsKeysSchema,
  SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .default(false)
    .describe('for development: endpoints may be http and on this machine'),
  SETTLEMENT_WEBHOOKS_CONCURRENCY: whole(1, 10_000).default(CONCURRENCY).describe('attempts in flight at most'),
  SETTLEMENT_WEBHOOKS_DISABLE_AFTER_DAYS: whole(1, 365)
    .default(DISABLE_AFTER_MS / DAY_MS)
    .describe('days of nothing but failures after which an endpoint is disabled'),
  SETTLEMENT_WEBHOOKS_RECEIPT_DAYS: whole(0, 36_500)
    .default(RECEIPT_DAYS)
    .describe('days after which receipts of finished deliveries are removed; 0: never'),
});

/** One environment often serves all services: the others' variables are no mistakes here. */
const OTHER_SERVICES = [
  'SETTLEMENT_WRITER_*',
  'SETTLEMENT_PROJECTOR_*',
  'SETTLEMENT_SEALER_*',
  'SETTLEMENT_API_*',
  'SETTLEMENT_PORTAL_*',
];

/** Throws ConfigError with every wrong variable. */
export function loadWebhooksConfig(env: Environment): Readonly<z.output<typeof webhooksConfigSchema>> {
  return loadConfig(webhooksConfigSchema, env, { knownVariables: OTHER_SERVICES });
}
