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
import type { Delivery, SimulatedQueue } from './simulated-queue.ts';

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
  readonly VisibilityTimeout?: number | undefined;
}

export function connectToQueue(connection: QueueConnection): SQSClient {
  const { process, queue, network } = connection;
  const lostError = (fate: Fate) =>
    Object.assign(new Error(`queue: ${fate}`), { name: fate === 'refused' ? 'ThrottlingException' : 'TimeoutError' });

  /** Deleting or giving back; what is extended stays in hand. */
  function letGo(entries: readonly Entry[]): void {
    const gone = entries.filter(({ VisibilityTimeout }) => VisibilityTimeout === undefined || VisibilityTimeout === 0);
    queue.letGo(
      process,
      gone.map((entry) => entry.ReceiptHandle ?? ''),
    );
  }

  function changeAll(what: string, entries: readonly Entry[], change: (receipts: string[]) => boolean[]) {
    const receipts = entries.map((entry) => entry.ReceiptHandle ?? '');
    letGo(entries);
    return callServer({
      what: `${what} ${receipts.join(' ')}`,
      caller: process,
      network,
      lostError,
      onFate: (fate) => {
        if (fate !== 'served') queue.excuse(receipts, `${what}: ${fate}`);
      },
      serve: (answer) => {
        const done = change(receipts);
        const failed = entries.filter((_, i) => !done[i]).map(({ Id }) => ({ Id }));
        answer({ Successful: entries.filter((_, i) => done[i]).map(({ Id }) => ({ Id })), Failed: failed });
      },
    });
  }

  function send(command: unknown, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown> {
    if (command instanceof ReceiveMessageCommand) return receive(connection, command, options?.abortSignal);
    if (command instanceof DeleteMessageBatchCommand) {
      return changeAll('delete', command.input.Entries ?? [], queue.remove);
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const entries = command.input.Entries ?? [];
      const visibilityMs = (entries[0]?.VisibilityTimeout ?? 0) * 1_000;
      return changeAll('extend', entries, (receipts) => queue.extend(receipts, visibilityMs, connection.isStopping()));
    }
    if (command instanceof GetQueueAttributesCommand) {
      return callServer({
        what: 'check the queue',
        caller: process,
        network,
        lostError,
        serve: (answer) => answer({ Attributes: { QueueArn: 'arn:aws:sqs:simulated:0:events' } }),
      });
    }
    throw new Error(`the simulated queue does not know ${(command as object).constructor.name}`);
  }
  return { send } as unknown as SQSClient;
}

function receive(
  { world, queue, process, network }: QueueConnection,
  { input }: ReceiveMessageCommand,
  abortSignal: AbortSignal | undefined,
): Promise<unknown> {
  let isOver = false;
  let waiting: { abandon(): void } | undefined;
  const lose = (deliveries: readonly Delivery[], why: string) => {
    if (deliveries.length > 0) world.journal.sometimes('received by nobody');
    queue.excuse(
      deliveries.map((delivery) => delivery.receipt),
      why,
    );
  };
  const call = (onFate: (fate: Fate) => void, fateOf: () => Fate) =>
    callServer<unknown>({
      what: 'receive',
      caller: process,
      network,
      lostError: (fate) => Object.assign(new Error(`queue: ${fate}`), { name: 'TimeoutError' }),
      onFate,
      serve: (answer) => {
        if (isOver) return;
        const poll = {
          holder: process,
          messagesMax: input.MaxNumberOfMessages ?? 1,
          visibilityMs: (input.VisibilityTimeout ?? 30) * 1_000,
          answer: (deliveries: readonly Delivery[]) => {
            if (isOver) lose(deliveries, 'abandoned');
            if (fateOf() === 'answer lost') lose(deliveries, 'answer lost');
            inTransit = deliveries;
            answer({ Messages: deliveries.map(toMessage) });
          },
        };
        waiting = queue.poll(poll, (input.WaitTimeSeconds ?? 0) * 1_000);
      },
    });
  let inTransit: readonly Delivery[] = [];
  let fate: Fate = 'served';
  return new Promise((resolve, reject) => {
    const abandon = () => {
      isOver = true;
      // The server does not always notice that nobody listens any more.
      if (!world.fault(0.3)) waiting?.abandon();
      lose(inTransit, 'abandoned');
    };
    const onAbort = () => {
      if (isOver) return;
      abandon();
      reject(abortSignal?.reason);
    };
    abortSignal?.addEventListener('abort', onAbort, { once: true });
    process.onEnd(() => (isOver ? undefined : abandon())); // its promise never settles: nobody is there any more
    const settle = (enter: () => void) => {
      if (isOver) return;
      isOver = true;
      abortSignal?.removeEventListener('abort', onAbort);
      enter();
    };
    call(
      (drawn) => {
        fate = drawn;
      },
      () => fate,
    ).then(
      (answer) =>
        settle(() => {
          queue.arrived(process, inTransit);
          resolve(answer);
        }),
      (error) => settle(() => reject(error)),
    );
  });
}

function toMessage({ receipt, message }: Delivery) {
  return {
    MessageId: message.messageId,
    ReceiptHandle: receipt,
    Body: message.body,
    Attributes: { ApproximateReceiveCount: String(message.receives), MessageGroupId: message.groupId },
  };
}
