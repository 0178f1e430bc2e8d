/**
 * The simulated queue as a process reaches it: in the place of the SDK's client, so that the writer's own code for
 * calls, partial failures and lost answers is what runs.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { callServer, type Fate, type Network, type SimulatedProcess } from '@northwind/testing/simulation';
import type { World } from '../world.ts';
import { receive } from './receive.ts';
import type { SimulatedQueue } from './simulated-queue.ts';

export interface QueueConnection {
  readonly world: World;
  readonly queue: SimulatedQueue;
  readonly process: SimulatedProcess;
  readonly network: Network;
  /** Whether the process was told to stop, and so may give messages back. */
  readonly isStopping: () => boolean;
}

interface Entry {
  readonly Id?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
}

interface Failure {
  readonly Id: string | undefined;
  readonly SenderFault: boolean;
}

export function lostCall(fate: Fate): Error {
  const name = fate === 'refused' ? 'ThrottlingException' : 'TimeoutError';
  return Object.assign(new Error(`queue: ${fate}`), { name });
}

export function connectToQueue(connection: QueueConnection): SQSClient {
  const { queue, isStopping } = connection;

  function send(command: unknown, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown> {
    if (command instanceof ReceiveMessageCommand) return receive(connection, command.input, options?.abortSignal);
    if (command instanceof DeleteMessageBatchCommand) return remove(connection, command.input.Entries ?? []);
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const entries = command.input.Entries ?? [];
      const visibilityMs = (entries[0]?.VisibilityTimeout ?? 0) * 1_000;
      if (visibilityMs === 0) queue.gaveBack(connection.process, receiptsOf(entries));
      return change(connection, 'extend', entries, (receipts) => {
        const done = queue.extend(receipts, visibilityMs, isStopping());
        return entries.flatMap(({ Id }, i) => (done[i] ? [] : [{ Id, SenderFault: true }]));
      });
    }
    if (command instanceof GetQueueAttributesCommand) return change(connection, 'check the queue', [], () => []);
    throw new Error(`the simulated queue does not know ${(command as object).constructor.name}`);
  }
  return { send } as unknown as SQSClient;
}

const receiptsOf = (entries: readonly Entry[]) => entries.map((entry) => entry.ReceiptHandle ?? '');

function remove(connection: QueueConnection, entries: readonly Entry[]): Promise<unknown> {
  const { queue, process } = connection;
  queue.letGo(process, receiptsOf(entries));
  return change(connection, 'delete', entries, (receipts) => {
    const removals = queue.remove(receipts);
    return entries.flatMap(({ Id }, i) =>
      removals[i] === 'deleted' ? [] : [{ Id, SenderFault: removals[i] === 'gone' }],
    );
  });
}

function change(
  { process, queue, network }: QueueConnection,
  what: string,
  entries: readonly Entry[],
  apply: (receipts: readonly string[]) => Failure[],
): Promise<unknown> {
  const receipts = receiptsOf(entries);
  return callServer({
    what: [what, ...receipts].join(' '),
    caller: process,
    network,
    lostError: lostCall,
    onFate: (fate) => {
      if (fate !== 'served') queue.excuse(receipts, `${what}: ${fate}`);
    },
    serve: (answer) => answer({ Failed: apply(receipts) }),
  });
}
