/** The chaos queue behind the SQS protocol (AWS JSON 1.0), as far as a producer and the writer speak it. */
import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '@northwind/service-kit';
import type { FifoQueue, ReceivedMessage } from './fifo-queue.ts';

export interface ServeQueueOptions {
  readonly queue: FifoQueue;
  readonly port: number;
  readonly clock: Clock;
  /** A send is answered when no more than this many messages wait: what keeps a fast producer from filling memory. */
  readonly waitingMax: number;
}

/** A long poll that nothing could be given to yet. */
interface Waiter {
  readonly max: number;
  readonly visibilityMs: number;
  readonly untilMs: number;
  answer(messages: readonly ReceivedMessage[]): void;
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout: number;
}

interface Request {
  readonly Entries?: readonly Entry[];
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
}

type Action = (request: Request, response: ServerResponse) => object | null;

const TICK_MS = 50;
const ARN = 'arn:aws:sqs:eu-west-1:000000000000:chaos.fifo';

/** Resolves when it listens; it runs until the process ends. */
export async function serveQueue(options: ServeQueueOptions): Promise<Server> {
  const { queue, port } = options;
  const patience = createPatience(options);
  const actions = createActions(options, patience);
  const server = createServer((incoming, response) => {
    if (incoming.method === 'GET') return write(response, queue.counts());
    void readText(incoming).then((text) => act(actions, { incoming, response, text }));
  });
  server.keepAliveTimeout = 60_000;
  setInterval(patience.tick, TICK_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

interface Patience {
  /** Gives to those who wait what there is by now. */
  serve(): void;
  wait(waiter: Waiter): () => void;
  holdSend(answer: () => void): void;
  tick(): void;
}

/** Everybody whose answer has to wait: for a message, or for room. */
function createPatience({ queue, clock, waitingMax }: ServeQueueOptions): Patience {
  const waiters = new Set<Waiter>();
  const heldSends: (() => void)[] = [];
  const serve = () => {
    for (const waiter of waiters) {
      if (!queue.hasSome()) return;
      waiters.delete(waiter);
      waiter.answer(queue.receive(waiter.max, waiter.visibilityMs, clock.monotonicMs()));
    }
  };
  return {
    serve,
    wait: (waiter) => {
      waiters.add(waiter);
      return () => waiters.delete(waiter);
    },
    holdSend: (answer) => void heldSends.push(answer),
    tick: () => {
      const nowMs = clock.monotonicMs();
      queue.expire(nowMs);
      serve();
      while (heldSends.length > 0 && queue.counts().waiting <= waitingMax) heldSends.shift()?.();
      for (const waiter of waiters) {
        if (waiter.untilMs > nowMs) continue;
        waiters.delete(waiter);
        waiter.answer([]);
      }
    },
  };
}

function createActions(options: ServeQueueOptions, patience: Patience): Readonly<Record<string, Action>> {
  const { queue, clock, waitingMax } = options;
  return {
    SendMessageBatch: ({ Entries = [] }, response) => {
      const Successful = Entries.map(({ Id, MessageBody, MessageGroupId }) => ({
        Id,
        MessageId: queue.send(MessageGroupId, MessageBody),
        MD5OfMessageBody: md5(MessageBody),
      }));
      patience.serve();
      if (queue.counts().waiting <= waitingMax) return { Successful };
      patience.holdSend(() => write(response, { Successful }));
      return null;
    },
    ReceiveMessage: (request, response) => {
      const { MaxNumberOfMessages: max = 1, VisibilityTimeout = 30, WaitTimeSeconds = 0 } = request;
      const nowMs = clock.monotonicMs();
      const visibilityMs = VisibilityTimeout * 1_000;
      const received = queue.receive(max, visibilityMs, nowMs);
      if (received.length > 0 || WaitTimeSeconds === 0) return { Messages: received.map(toWire) };
      const answer = (messages: readonly ReceivedMessage[]) => write(response, { Messages: messages.map(toWire) });
      const leave = patience.wait({ max, visibilityMs, untilMs: nowMs + WaitTimeSeconds * 1_000, answer });
      response.once('close', leave); // whoever was killed while he waited is given nothing
      return null;
    },
    DeleteMessageBatch: ({ Entries = [] }) => {
      for (const { ReceiptHandle } of Entries) queue.remove(ReceiptHandle);
      patience.serve();
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    ChangeMessageVisibilityBatch: ({ Entries = [] }) => {
      for (const { ReceiptHandle, VisibilityTimeout } of Entries) {
        queue.extend(ReceiptHandle, VisibilityTimeout * 1_000, clock.monotonicMs());
      }
      patience.serve();
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    GetQueueAttributes: () => ({ Attributes: { QueueArn: ARN, FifoQueue: 'true' } }),
  };
}

interface Call {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly text: string;
}

function act(actions: Readonly<Record<string, Action>>, { incoming, response, text }: Call): void {
  const [, name = ''] = String(incoming.headers['x-amz-target']).split('.');
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    response.statusCode = 400;
    write(response, { __type: 'com.amazonaws.sqs#UnsupportedOperation', message: `${name} is not known here` });
    return;
  }
  const answer = action(JSON.parse(text) as Request, response);
  if (answer !== null) write(response, answer);
}

function toWire({ messageId, receiptHandle, body }: ReceivedMessage): object {
  return { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body, MD5OfBody: md5(body) };
}

function md5(text: string): string {
  return hash('md5', text);
}

function write(response: ServerResponse, answer: object): void {
  const text = JSON.stringify(answer);
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
