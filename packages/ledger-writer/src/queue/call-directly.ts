/**
 * One call of the AWS SDK without its chain of middleware. What makes a call is the SDK's own: the protocol writes the
 * request and reads the answer, the signer signs, the handler speaks HTTP. What the chain adds is worked out anew for
 * every call (which endpoint, which credentials' kind, which user agent) and costs three times as much as all of those.
 *
 * A call either succeeds or throws what the chain would throw; nothing is tried twice.
 */
import {
  ChangeMessageVisibilityBatch$,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatch$,
  DeleteMessageBatchCommand,
  ReceiveMessage$,
  ReceiveMessageCommand,
  type ServiceOutputTypes,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '@northwind/service-kit';

type Request = Parameters<SQSClient['config']['requestHandler']['handle']>[0];

interface Operation {
  readonly namespace: string;
  readonly name: string;
  readonly traits: unknown;
  readonly input: unknown;
  readonly output: unknown;
}

/** The SDK types it for every service's schemas, as a union that nothing can be called on. */
interface Protocol {
  serializeRequest(operation: Operation, input: object, context: unknown): Promise<Request>;
  deserializeResponse(operation: Operation, context: unknown, response: unknown): Promise<ServiceOutputTypes>;
}

export interface Command {
  readonly input: object;
}

export interface CallOptions {
  readonly abortSignal?: AbortSignal | undefined;
  readonly requestTimeout?: number;
}

/** Null for a command that is not made often enough to be here. */
export type DirectCall = (command: Command, options: CallOptions) => Promise<ServiceOutputTypes> | null;

const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map(
  (
    [
      [ReceiveMessageCommand, ReceiveMessage$],
      [DeleteMessageBatchCommand, DeleteMessageBatch$],
      [ChangeMessageVisibilityBatchCommand, ChangeMessageVisibilityBatch$],
    ] as const
  ).map(([command, [, namespace, name, traits, input, output]]) => [
    command,
    { namespace, name, traits, input, output },
  ]),
);

export function createDirectCall({ config }: SQSClient, clock: Pick<Clock, 'nowMs'>): DirectCall {
  const protocol = config.protocol as unknown as Protocol;
  const signer = config.signer();

  async function call(operation: Operation, { input }: Command, options: CallOptions): Promise<ServiceOutputTypes> {
    const request = await protocol.serializeRequest(operation, input, config);
    request.headers.host = request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
    const signingDate = new Date(clock.nowMs() + config.systemClockOffset);
    const signed = await (await signer).sign(request, { signingDate });
    const { response } = await config.requestHandler.handle(signed as Request, options);
    return protocol.deserializeResponse(operation, config, response);
  }

  return (command, options) => {
    const operation = OPERATIONS.get(command.constructor);
    return operation === undefined ? null : call(operation, command, options);
  };
}
