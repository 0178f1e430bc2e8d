import { ConfigError } from '../config/config-error.ts';
import { StartupError } from '../startup-error.ts';

interface SystemError {
  readonly code?: unknown;
  /** How the AWS SDK tells its errors apart. */
  readonly name?: unknown;
  readonly message?: unknown;
  /** What PostgreSQL, or a guard in the database, says beside its message. */
  readonly hint?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

type Explanation = {
  readonly what: (error: SystemError) => string;
  readonly todo: string;
  /** What the server advises goes before `todo`. */
  readonly isHinted?: true;
};

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  '28P01': { what: messageOf, todo: 'check user and password in DATABASE_URL' },
  '28000': { what: messageOf, todo: "check the user in DATABASE_URL and the server's pg_hba.conf" },
  '3D000': { what: messageOf, todo: 'create the database, or correct its name in DATABASE_URL' },
  '53300': { what: messageOf, todo: 'lower SETTLEMENT_DATABASE_CONNECTIONS_MAX or raise max_connections' },
  '57P03': { what: messageOf, todo: 'the database server is starting or stopping; try again in a moment' },
  // Of a missing grant, without a hint; or of a guard of ours that refuses whoever asks, and says what would do.
  '42501': {
    what: messageOf,
    todo: 'grant this role what it needs, or use the right role in DATABASE_URL',
    isHinted: true,
  },
  '42P01': { what: messageOf, todo: 'the database is not migrated; run: settle migrate' },
  '3F000': { what: messageOf, todo: 'the database is not migrated; run: settle migrate' },
  ECONNREFUSED: { what: (error) => `nothing answers at ${addressOf(error)}`, todo: 'start it, or correct its URL' },
  ECONNRESET: { what: (error) => `${addressOf(error)} closed the connection`, todo: 'check what listens there' },
  ETIMEDOUT: { what: (error) => `no answer from ${addressOf(error)}`, todo: 'check the address and the firewall' },
  ENOTFOUND: { what: (error) => messageOf(error), todo: 'the host name is not known; correct the URL' },
  EAI_AGAIN: { what: (error) => messageOf(error), todo: 'name resolution failed; check the network and the URL' },
  EADDRINUSE: {
    what: (error) => `port ${error.port ?? '?'} on ${error.address ?? 'this host'} is taken`,
    todo: 'stop the process that listens there, or choose another port',
  },
  EADDRNOTAVAIL: {
    what: (error) => `this machine has no address ${error.address ?? '?'}`,
    todo: 'correct the host to listen on',
  },
  QueueDoesNotExist: { what: () => 'the queue does not exist', todo: 'create it, or correct its URL' },
  'AWS.SimpleQueueService.NonExistentQueue': {
    what: () => 'the queue does not exist',
    todo: 'create it, or correct its URL',
  },
  CredentialsProviderError: {
    what: () => 'no AWS credentials were found',
    todo: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (a local SQS takes any), a profile or a role',
  },
  Z_BUF_ERROR: { what: () => 'the gzip file ends too early', todo: 'make or copy it again' },
  Z_DATA_ERROR: { what: () => 'the file is no gzip, or damaged', todo: 'make or copy it again' },
  EACCES: { what: messageOf, todo: "choose a port above 1023, or check the file's permissions" },
};

// What the driver says when a connection isn't made in time; it gives the error no code.
const CONNECT_TIMEOUT = /^(timeout expired|timeout exceeded when trying to connect|Connection terminated due to)/;
const CHECK_SERVER = 'check host and port in DATABASE_URL, and the server';

/** Why the process didn't start and what to do: one line, or for wrong configuration one line each. */
export function explainStartupError(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  for (const link of causesOf(error)) {
    if (link instanceof StartupError) return `${oneLine(link.message)}; ${link.hint}`;
    const explanation = [link.code, link.name].map((key) => EXPLANATIONS[String(key)]).find((found) => found);
    if (explanation) return `${oneLine(explanation.what(link))}; ${todoOf(explanation, link)}`;
    if (CONNECT_TIMEOUT.test(messageOf(link))) return `the database server didn't answer in time; ${CHECK_SERVER}`;
  }
  // Not foreseen: whoever reads this needs the stack.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function todoOf({ todo, isHinted }: Explanation, { hint }: SystemError): string {
  return isHinted && typeof hint === 'string' ? oneLine(hint) : todo;
}

/** The error, what it wraps, and the parts of an AggregateError (a refused connection on several addresses). */
function causesOf(error: unknown): SystemError[] {
  const found: SystemError[] = [];
  for (let next: unknown = error; isObject(next) && found.length < 8; next = next.cause ?? firstOf(next.errors)) {
    found.push(next);
  }
  return found;
}

function firstOf(errors: unknown): unknown {
  return Array.isArray(errors) ? errors[0] : undefined;
}

function isObject(value: unknown): value is SystemError {
  return typeof value === 'object' && value !== null;
}

function addressOf(error: SystemError): string {
  const { address, port } = isObject(firstOf(error.errors)) ? (firstOf(error.errors) as SystemError) : error;
  if (address !== undefined) return port === undefined ? String(address) : `${address}:${port}`;
  return messageOf(error) || 'the server';
}

function messageOf(error: SystemError): string {
  return typeof error.message === 'string' ? error.message : '';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
