import { existsSync } from 'node:fs';
import { type Environment, type SchemaNames, StartupError } from '@northwind/service-kit';
import { lockFolder } from '../stack/lock-folder.ts';
import { REGION, type StackAddresses, stackAddresses } from '../stack/service-environment.ts';
import { readStackFile, type StackFile } from '../stack/stack-file.ts';
import { stackFolder } from '../stack/stack-folder.ts';
import { UsageError } from './usage-error.ts';

/** Where commands look: what the environment names, else the stack that runs on this machine. */
export interface Surroundings {
  readonly env: Environment;
  /** The stack's folder. */
  readonly folder: string;
}

export function findDatabaseUrl({ env, folder }: Surroundings): string {
  if (env.DATABASE_URL) {
    if (/^postgres(ql)?:\/\//.test(env.DATABASE_URL)) return env.DATABASE_URL;
    throw new UsageError('DATABASE_URL is no URL of a PostgreSQL database', {
      hint: 'it looks like postgres://user:password@host:5432/database',
    });
  }
  return runningAddresses(folder, 'DATABASE_URL').databaseUrl;
}

/** What that database calls the schema of the log, where the environment says so; a stack of this machine: `ledger`. */
export function findSchemas({ env }: Surroundings): SchemaNames {
  return env.DATABASE_URL && env.SETTLEMENT_LEDGER_SCHEMA ? { ledger: env.SETTLEMENT_LEDGER_SCHEMA } : {};
}

export interface QueueTarget {
  readonly queueUrl: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Local SQS takes any credentials; elsewhere the AWS SDK's own chain finds them. */
  readonly credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
}

export function findEventsQueue(surroundings: Surroundings): QueueTarget {
  return findQueue(surroundings, 'SQS_EVENTS_URL', (addresses) => addresses.eventsQueueUrl);
}

export function findDeadLettersQueue(surroundings: Surroundings): QueueTarget {
  return findQueue(surroundings, 'SQS_WEBHOOK_DEAD_LETTERS_URL', (addresses) => addresses.webhookDeadLettersUrl);
}

function findQueue(
  { env, folder }: Surroundings,
  variable: 'SQS_EVENTS_URL' | 'SQS_WEBHOOK_DEAD_LETTERS_URL',
  urlOf: (addresses: StackAddresses) => string,
): QueueTarget {
  const queueUrl = env[variable];
  if (queueUrl) {
    return { queueUrl, endpoint: env.SQS_ENDPOINT, region: env.AWS_REGION ?? REGION, credentials: undefined };
  }
  const addresses = runningAddresses(folder, variable);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { queueUrl: urlOf(addresses), endpoint: addresses.queueEndpoint, region: REGION, credentials };
}

/** stack.json of the stack that runs in the folder right now. */
export function findRunningStack(folder: string): StackFile | null {
  const { stackFile, lockFile } = stackFolder(folder);
  const stack = readStackFile(stackFile);
  if (stack?.running == null || !existsSync(lockFile)) return null;
  const lock = lockFolder(lockFile);
  if (lock === null) return stack;
  lock.release(); // nobody holds it: the stack ended without saying so
  return null;
}

function runningAddresses(folder: string, variable: string): StackAddresses {
  const stack = findRunningStack(folder);
  if (stack === null) {
    throw new UsageError(`no stack runs in ${folder}, and ${variable} is not set`, {
      hint: `start one with: settle up  (or set ${variable} to work with another system)`,
    });
  }
  const { postgres, queue } = stack;
  if (postgres.port === undefined || queue.port === undefined) {
    throw new StartupError(`the stack in ${folder} is still starting`, { hint: 'try again in a moment' });
  }
  return stackAddresses(postgres.port, postgres.password, queue.port);
}
