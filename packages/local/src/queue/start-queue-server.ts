import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import { loadFauxqsInternals } from './fauxqs-internals.ts';
import { openGroupCommitPersistence } from './group-commit-persistence.ts';
import { type QueueDefinition, queueUrl } from './queues.ts';

export interface QueueServer {
  readonly port: number;
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface QueueServerOptions {
  readonly folder: string;
  readonly host: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
  readonly region: string;
  readonly queues: readonly QueueDefinition[];
  /** Called when what was answered can't be made durable any more; the process should end. */
  readonly onFatal: (error: unknown) => void;
}

/** SQS on this machine: fauxqs with its state on disk, listening on one address, with the queues that are asked for. */
export async function startQueueServer(options: QueueServerOptions): Promise<QueueServer> {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = await loadFauxqsInternals();
  mkdirSync(options.folder, { recursive: true });
  const persistence = openGroupCommitPersistence(PersistenceManager, options.folder);
  if (options.port !== 0) {
    // A queue keeps the URL it was made with; after a change of port it would hand out one that leads nowhere.
    const address = queueUrl(`http://${options.host}:${options.port}`, '');
    persistence.db.prepare('UPDATE sqs_queues SET url = ? || name').run(address);
  }
  const sqsStore = new SqsStore();
  sqsStore.host = ''; // queue URLs name the address that was asked, not sqs.<region>.localhost
  const snsStore = new SnsStore();
  persistence.loadSqsAndSns(sqsStore, snsStore);
  // Attached after loading: a queue made with persistence attached replaces its row, and its messages cascade away.
  sqsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence;

  type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
  const app = buildApp({
    logger: false,
    defaultRegion: options.region,
    stores: { sqsStore, snsStore, s3Store: new S3Store() } as unknown as Stores,
  });
  app.addHook('onSend', async (_request, _reply, payload) => {
    await persistence.settled().catch((error: unknown) => {
      options.onFatal(error);
      throw error;
    });
    return payload;
  });
  app.addHook('onClose', async () => persistence.close());
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  const endpoint = `http://${options.host}:${port}`;
  for (const queue of options.queues) await ensureQueue(endpoint, queue);
  return { port, endpoint, stop: async () => void (await app.close()) };
}

async function ensureQueue(endpoint: string, queue: QueueDefinition): Promise<void> {
  const found = await callSqs(endpoint, 'GetQueueUrl', { QueueName: queue.name });
  const answer = found.ok
    ? await callSqs(endpoint, 'SetQueueAttributes', {
        QueueUrl: queueUrl(endpoint, queue.name),
        Attributes: queue.attributes,
      })
    : await callSqs(endpoint, 'CreateQueue', { QueueName: queue.name, Attributes: queue.attributes });
  if (!answer.ok) throw new Error(`queue ${queue.name} can't be prepared: ${await answer.text()}`);
}

function callSqs(endpoint: string, action: string, body: object): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(body),
  });
}
