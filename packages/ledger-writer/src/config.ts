/** The ledger-writer's environment. */
import { ledgerSchemaVariable } from '@northwind/event-store';
import { ConfigError, type Environment, LOG_LEVELS, loadConfig } from '@northwind/service-kit';
import { z } from 'zod';

/** The doorbell and the health checks need one too. */
const CONNECTIONS_FOR_OTHERS = 1;

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const writerConfigSchema = z.strictObject({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL: postgres://user:password@host:port/database')
    .meta({ secret: true }),
  SETTLEMENT_LEDGER_SCHEMA: ledgerSchemaVariable,
  SQS_EVENTS_URL: z.url({ protocol: /^https?$/ }).describe('URL of the queue settlement-events'),
  SQS_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('SQS server other than AWS, for example a local one'),
  AWS_REGION: z.string().min(1).default('eu-west-1').describe('AWS region of the queue'),
  SETTLEMENT_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('least level that is logged'),
  SETTLEMENT_HEALTH_HOST: z.string().min(1).default('127.0.0.1').describe('address of the health and metrics server'),
  SETTLEMENT_HEALTH_PORT: whole(0, 65_535).default(0).describe('port of the health and metrics server; 0: none'),
  SETTLEMENT_DATABASE_CONNECTIONS_MAX: whole(2, 100).default(6).describe('database connections at most'),
  SETTLEMENT_WRITER_RECEIVERS: whole(1, 64)
    .default(16)
    .describe('long polls at the same time at most; one when it is quiet'),
  SETTLEMENT_WRITER_BATCH_SIZE_MAX: whole(1, 10_000).default(1_000).describe('messages in one append at most'),
  SETTLEMENT_WRITER_APPENDS: whole(1, 32)
    .default(4)
    .describe('appends at the same time at most; less than the database connections'),
  SETTLEMENT_WRITER_FLUSH_MS: whole(0, 1_000)
    .default(20)
    .describe('milliseconds a message waits for company at most, while an append is under way or a backlog is there'),
  SETTLEMENT_WRITER_IN_HAND_MAX: whole(10, 100_000)
    .default(5_000)
    .describe('messages received and not yet deleted at most; receiving pauses above'),
  SETTLEMENT_WRITER_VISIBILITY_SECONDS: whole(3, 3_600)
    .default(60)
    .describe('seconds until messages of a writer that died are delivered again'),
});

export type WriterConfig = z.output<typeof writerConfigSchema>;

/** One environment often serves all services: the others' variables are no mistakes here. */
const OTHER_SERVICES = [
  'SETTLEMENT_PROJECTOR_*',
  'SETTLEMENT_SEALER_*',
  'SETTLEMENT_WEBHOOKS_*',
  'SETTLEMENT_API_*',
  'SETTLEMENT_PORTAL_*',
  'SETTLEMENT_SECRETS_*',
];

/** Throws ConfigError with every wrong variable. */
export function loadWriterConfig(env: Environment): Readonly<WriterConfig> {
  const config = loadConfig(writerConfigSchema, env, { knownVariables: OTHER_SERVICES });
  const { SETTLEMENT_WRITER_APPENDS: appends, SETTLEMENT_DATABASE_CONNECTIONS_MAX: connections } = config;
  if (appends + CONNECTIONS_FOR_OTHERS <= connections) return config;
  const problem = `${appends} appends need at least ${appends + CONNECTIONS_FOR_OTHERS} connections`;
  const hint = `set SETTLEMENT_WRITER_APPENDS to ${connections - CONNECTIONS_FOR_OTHERS} or less`;
  throw new ConfigError([
    { variable: 'SETTLEMENT_DATABASE_CONNECTIONS_MAX', problem: `is ${connections}: ${problem}`, hint },
  ]);
}
