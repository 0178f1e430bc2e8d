/**
 * The AWS SDK's client, set up so that a call costs little. Receiving and deleting ten messages is two calls, and with
 * the SDK's defaults these two cost more than everything else that the writer does with the ten.
 *
 * - The chain of middleware is put together once for each kind of call and signal, not once for each call.
 * - HTTP goes through undici, with the SDK's own adapter.
 * - The SDK's check of MD5OfBody is off, because `message-queue.ts` makes the same check in one native call.
 */
import { type ServiceOutputTypes, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { Agent } from 'undici';

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
const ANSWER_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

type Handler = (command: Command) => Promise<{ output: ServiceOutputTypes }>;
interface Command {
  resolveMiddleware(stack: unknown, config: unknown, options: unknown): Handler;
}
interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

export function createSqsClient({ region, endpoint, credentials }: SqsClientOptions): ClosableQueueClient {
  const dispatcher = new Agent({
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const client = new SQSClient({
    region,
    endpoint,
    md5: false,
    requestHandler: new UndiciHttpHandler({ dispatcher }),
    ...(credentials && { credentials }),
  });
  const unsignalled = new WeakMap<object, Handler>();
  const signalled = new WeakMap<AbortSignal, WeakMap<object, Handler>>();

  function handlersOf(signal: AbortSignal | undefined): WeakMap<object, Handler> {
    if (signal === undefined) return unsignalled;
    const known = signalled.get(signal) ?? new WeakMap<object, Handler>();
    signalled.set(signal, known);
    return known;
  }

  async function send(command: Command, options: SendOptions = {}): Promise<ServiceOutputTypes> {
    const handlers = handlersOf(options.abortSignal);
    let handler = handlers.get(command.constructor);
    if (handler === undefined) {
      handler = command.resolveMiddleware(client.middlewareStack, client.config, options);
      handlers.set(command.constructor, handler);
    }
    return (await handler(command)).output;
  }

  return { send: send as unknown as QueueClient['send'], destroy: () => client.destroy() };
}
