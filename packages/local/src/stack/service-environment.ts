import type { Environment } from '@northwind/service-kit';
import { WORKER_MEMORY } from '@northwind/webhooks';
import { databaseUrl } from '../postgres/start-postgres.ts';
import { EVENTS_QUEUE, queueUrl, WEBHOOK_DEAD_LETTER_QUEUE } from '../queue/queues.ts';

export const REGION = 'eu-west-1';

export const SERVICE_NAMES = ['writer', 'projector', 'sealer', 'webhooks', 'api'] as const;

/** The services of the system, in the order in which they start. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What every service of this stack is told; the same names as in production. */
export interface StackAddresses {
  readonly databaseUrl: string;
  readonly queueEndpoint: string;
  readonly eventsQueueUrl: string;
  readonly webhookDeadLettersUrl: string;
}

export function stackAddresses(postgresPort: number, password: string, queuePort: number): StackAddresses {
  const queueEndpoint = `http://127.0.0.1:${queuePort}`;
  return {
    databaseUrl: databaseUrl(postgresPort, password),
    queueEndpoint,
    eventsQueueUrl: queueUrl(queueEndpoint, EVENTS_QUEUE),
    webhookDeadLettersUrl: queueUrl(queueEndpoint, WEBHOOK_DEAD_LETTER_QUEUE),
  };
}

/** Where a queue of this stack is, for whoever talks to it. Local SQS takes any credentials but wants some. */
export function queueEnvironment(addresses: StackAddresses): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    SQS_ENDPOINT: addresses.queueEndpoint,
    SQS_EVENTS_URL: addresses.eventsQueueUrl,
    SQS_WEBHOOK_DEAD_LETTERS_URL: addresses.webhookDeadLettersUrl,
  };
}

export interface ServiceLogin {
  readonly login: string;
  readonly role: string;
}

/** The login of a service in this stack's database: it has what the role of that service has, and nothing else. */
export function serviceLogin(service: ServiceName): ServiceLogin {
  return { login: `stack_${service}`, role: `settlement_${service}` };
}

/** The owner's address of the database, for another login with the same password. */
export function withLogin(ownersUrl: string, login: string): string {
  const url = new URL(ownersUrl);
  url.username = login;
  return url.href;
}

export interface ServiceEnvironmentOptions {
  readonly service: ServiceName;
  readonly addresses: StackAddresses;
  readonly secretsKey: string;
  /** The port of its health server; for the API the port of everything. */
  readonly port: number;
  readonly portalFolder: string | null;
  /** What the caller adds or changes. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** The environment of one service, complete: nothing is read from files, as in production. */
export function serviceEnvironment(options: ServiceEnvironmentOptions, parent: Environment): Record<string, string> {
  const { service, addresses, secretsKey, port, portalFolder, extra } = options;
  const own: Record<ServiceName, Record<string, string>> = {
    writer: {},
    projector: {},
    sealer: {},
    webhooks: {
      ...WORKER_MEMORY,
      SETTLEMENT_SECRETS_KEY: secretsKey,
      SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: 'true',
    },
    api: {
      SETTLEMENT_SECRETS_KEY: secretsKey,
      SETTLEMENT_WEBHOOKS_ALLOW_INSECURE_TARGETS: 'true',
      SETTLEMENT_API_PORT: String(port),
      ...(portalFolder !== null && { SETTLEMENT_PORTAL_FOLDER: portalFolder }),
    },
  };
  return {
    ...baseEnvironment(parent),
    DATABASE_URL: withLogin(addresses.databaseUrl, serviceLogin(service).login),
    ...queueEnvironment(addresses),
    ...(service !== 'api' && { SETTLEMENT_HEALTH_PORT: String(port) }),
    ...own[service],
    ...extra,
  };
}

/**
 * What a child gets of its parent's variables: all but the settings of services and of an AWS account that isn't ours
 * to use.
 */
export function baseEnvironment(parent: Environment): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(SETTLEMENT_|AWS_|SQS_|PG|DATABASE_URL)/.test(entry[0]),
  );
  const level = parent.SETTLEMENT_LOG_LEVEL;
  return { ...Object.fromEntries(kept), ...(level && { SETTLEMENT_LOG_LEVEL: level }) };
}
