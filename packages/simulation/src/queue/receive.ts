/** A long poll: the server answers when it has something or when its time is over, and may find nobody there then. */
import type { ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { callServer, type Fate } from '@northwind/testing/simulation';
import { lostCall, type QueueConnection } from './connect-to-queue.ts';
import type { Delivery, Poll } from './simulated-queue.ts';

export function receive(
  connection: QueueConnection,
  input: ReceiveMessageCommandInput,
  abortSignal: AbortSignal | undefined,
): Promise<unknown> {
  const { world, queue, process } = connection;
  const poll = openPoll(connection, input);
  let isOver = false;
  return new Promise((resolve, reject) => {
    const abandon = () => {
      isOver = true;
      // The server does not always notice that nobody listens any more.
      poll.abandon(!world.fault(0.3));
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
    poll.answered.then(
      (deliveries) =>
        settle(() => {
          queue.arrived(process, deliveries);
          resolve({ Messages: deliveries.map(toMessage) });
        }),
      (error) => settle(() => reject(error)),
    );
  });
}

interface OpenPoll {
  readonly answered: Promise<readonly Delivery[]>;
  /** Whatever is on its way is lost. */
  abandon(isNoticed: boolean): void;
}

function openPoll({ world, queue, process, network }: QueueConnection, input: ReceiveMessageCommandInput): OpenPoll {
  let inTransit: readonly Delivery[] = [];
  let isAbandoned = false;
  let fate: Fate = 'served';
  let waiting: { abandon(): void } | undefined;

  function lose(deliveries: readonly Delivery[], why: string): void {
    if (deliveries.length > 0) world.journal.sometimes('received by nobody');
    queue.excuse(
      deliveries.map((delivery) => delivery.receipt),
      why,
    );
  }

  const answered = callServer<readonly Delivery[]>({
    what: 'receive',
    caller: process,
    network,
    lostError: lostCall,
    onFate: (drawn) => {
      fate = drawn;
    },
    serve: (answer) => {
      if (isAbandoned) return;
      const poll: Poll = {
        holder: process,
        messagesMax: input.MaxNumberOfMessages ?? 1,
        visibilityMs: (input.VisibilityTimeout ?? 30) * 1_000,
        answer: (deliveries) => {
          if (isAbandoned) lose(deliveries, 'abandoned');
          if (fate === 'answer lost') lose(deliveries, 'answer lost');
          inTransit = deliveries;
          answer(deliveries);
        },
      };
      waiting = queue.poll(poll, (input.WaitTimeSeconds ?? 0) * 1_000);
    },
  });
  return {
    answered,
    abandon(isNoticed) {
      isAbandoned = true;
      if (isNoticed) waiting?.abandon();
      lose(inTransit, 'abandoned');
    },
  };
}

function toMessage({ receipt, message }: Delivery) {
  return {
    MessageId: message.messageId,
    ReceiptHandle: receipt,
    Body: message.body,
    Attributes: { ApproximateReceiveCount: String(message.receives), MessageGroupId: message.groupId },
  };
}
