import { CreateQueueCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';

export interface SqsServer extends AsyncDisposable {
  /** For SQS_ENDPOINT and SDK clients. Any credentials will do. */
  readonly endpoint: string;
  readonly region: string;
  readonly client: SQSClient;
  /** Returns the queue's URL. Attributes as in SQS: strings, `RedrivePolicy` as JSON. */
  createQueue(name: string, attributes?: Partial<Record<QueueAttributeName, string>>): Promise<string>;
  stop(): Promise<void>;
}

const REGION = 'eu-west-1';

/** A server that speaks the SQS protocol, with its queues in memory, in this process. */
export async function startSqs(): Promise<SqsServer> {
  const server = await startFauxqs({ port: 0, logger: false, defaultRegion: REGION });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = new SQSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    client.destroy();
    stopped ??= server.stop();
    return stopped;
  };
  return {
    endpoint,
    region: REGION,
    client,
    createQueue: async (name, attributes = {}) => {
      const created = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      if (!created.QueueUrl) throw new Error(`the queue ${name} got no URL`);
      return created.QueueUrl;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
