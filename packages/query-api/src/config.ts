/** The API's environment. */
import { ledgerSchemaVariable } from '@northwind/event-store';
import { type Environment, LOG_LEVELS, loadConfig } from '@northwind/service-kit';
import { oldSecretsKeysSchema, secretsKeySchema } from '@northwind/webhooks';
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;

export const apiConfigSchema = z.strictObject({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL with the read models')
    .meta({ secret: true }),
  SETTLEMENT_LEDGER_SCHEMA: ledgerSchemaVariable,
  SETTLEMENT_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('least level that is logged'),
  SETTLEMENT_DATABASE_CONNECTIONS_MAX: whole(3, 200).default(10).describe('database connections at most'),
  SETTLEMENT_API_HOST: z.string().min(1).default('127.0.0.1').describe('address that the API listens on'),
  SETTLEMENT_API_PORT: whole(0, 65_535).default(8080).describe('port that the API listens on; 0: any free one'),
  SETTLEMENT_PORTAL_ORIGIN: z
    .string()
    .refine(isOrigin, 'must be an origin: scheme, host and port, nothing after it')
    .optional()
    .describe('origin of the portal where it is served from somewhere else, for example https://portal.example.com'),
  SETTLEMENT_PORTAL_FOLDER: z.string().min(1).optional().describe('folder with the built portal'),
  SETTLEMENT_SECRETS_KEY: secretsKeySchema,
  SETTLEMENT_SECRETS_KEYS_OLD: oldSecretsKeysSchema,
  SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .default(false)
    .describe('for development: endpoints may be http and on this machine'),
});

export type ApiConfig = z.output<typeof apiConfigSchema>;

/** One environment often serves all services: the others' variables are no mistakes here. */
const OTHER_SERVICES = [
  'SETTLEMENT_WRITER_*',
  'SETTLEMENT_PROJECTOR_*',
  'SETTLEMENT_SEALER_*',
  'SETTLEMENT_WEBHOOKS_*',
  'SETTLEMENT_HEALTH_HOST',
  'SETTLEMENT_HEALTH_PORT',
];

/** Throws ConfigError with every wrong variable. */
export function loadApiConfig(env: Environment): Readonly<ApiConfig> {
  return loadConfig(apiConfigSchema, env, { knownVariables: OTHER_SERVICES });
}
