/**
 * Whether the same statement may well succeed a moment later, by SQLSTATE or by the socket's error code. What is not
 * in the table is a bug or a broken rule, and trying again would only repeat it.
 */
export function isTransientDatabaseError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, cause, errors } = error as Record<'code' | 'message' | 'cause' | 'errors', unknown>;
  if (typeof code === 'string') {
    if (TRANSIENT_CODES.has(code) || TRANSIENT_CLASSES.some((prefix) => code.startsWith(prefix))) return true;
    if (SQLSTATE.test(code)) return false;
  }
  if (typeof message === 'string' && TRANSIENT_MESSAGES.some((text) => message.includes(text))) return true;
  if (Array.isArray(errors) && errors.some(isTransientDatabaseError)) return true;
  return cause !== undefined && cause !== error && isTransientDatabaseError(cause);
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

const TRANSIENT_CLASSES = [
  '08', // connection exceptions
  '53', // insufficient resources: too many connections, disk full, out of memory
  '58', // the server's own I/O failed
];

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  '25006', // read-only transaction: connected to a standby during a failover
  '25P03', // idle in transaction for too long
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // cancelled: statement timeout
  '57P01', // the server shuts down
  '57P02', // another backend crashed
  '57P03', // the server starts up
  '57P05', // idle session timeout
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

// The driver gives these no code.
const TRANSIENT_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
];
