/**
 * The AWS SDK's client, set up so that a call costs little. Receiving and deleting ten messages is two calls, and with
 * the SDK's defaults these two cost more than everything else that the writer does with the ten.
 *
 * - The calls that are made all the time go past the SDK's chain of middleware (`call-directly.ts`). One that fails is
 *   made again by the chain, which knows what to do then: retries, throttling, a clock that is wrong. What the queue
 *   refuses for good (no such queue, no permission) is not: that answer would be the same.
 * - HTTP goes through undici, with the SDK's own adapter.
 * - The SDK's check of MD5OfBody is off, because `message-queue.ts` makes the same check in one native call.
 */
import { type ServiceOutputTypes, SQSClient, type SQSClientConfig, SQSServiceException } from '@aws-sdk/client-sqs';
import { systemClock } from '@northwind/service-kit';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { Agent } from 'undici';
import { type Command, createDirectCall } from './call-directly.ts';

/** What the writer needs of an SQSClient. */
export type QueueClient = Pick<SQSClient, 'send'>;

export interface SqsClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials?: SQSClientConfig['credentials'];
}

export interface ClosableQueueClient extends QueueClient {
  destroy(): void;
}

/** Longer than the longest poll: an answer that has not come then has lost its connection without noticing. */
const ANSWER_TIMEOUT_MS = 25_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Of 400 to 499, the answers to a call that may succeed when it is made again, as the SDK's retries count them. */
const PASSING_REFUSALS: ReadonlySet<string> = new Set([
  // Too much at once.
  'LimitExceededException',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  // Perhaps this machine's clock, which the chain corrects by the answer's; else the chain refuses at once.
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  // Not heard in time.
  'RequestTimeout',
  'RequestTimeoutException',
]);
/** Too many requests, by whatever name. */
const HTTP_TOO_MANY = 429;

interface SendOptions {
  readonly abortSignal?: AbortSignal;
  /** The longest wait for an answer's first byte, and between its bytes. */
  readonly requestTimeout?: number;
}

export function createSqsClient({ region, endpoint, credentials }: SqsClientOptions): ClosableQueueClient {
  const handler = new UndiciHttpHandler({ dispatcher: newConnections() });
  const client = new SQSClient({
    region,
    endpoint,
    md5: false,
    requestHandler: handler,
    ...(credentials && { credentials }),
  });
  const callDirectly = createDirectCall(client, systemClock);

  async function send(command: Command, options: SendOptions = {}): Promise<ServiceOutputTypes> {
    try {
      const answer = callDirectly(command, options);
      if (answer !== null) return await answer;
    } catch (error) {
      if (options.abortSignal?.aborted || isRefusedForGood(error)) throw error;
      // The network that swallowed this answer has forgotten the idle connections too, and each would cost as long.
      // The handler lets calls under way on the old ones come to their end.
      if (isTimeout(error)) handler.updateHttpClientConfig('dispatcher', newConnections());
    }
    return client.send(command as Parameters<SQSClient['send']>[0], options);
  }

  return { send: send as unknown as QueueClient['send'], destroy: () => client.destroy() };
}

function newConnections(): Agent {
  return new Agent({
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
}

function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof SQSServiceException)) return false;
  const { name, $retryable, $metadata } = error;
  const { httpStatusCode = 0 } = $metadata;
  if (httpStatusCode < 400 || httpStatusCode > 499 || httpStatusCode === HTTP_TOO_MANY) return false;
  return $retryable === undefined && !PASSING_REFUSALS.has(name);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
