/** A queue, a log, and writers between them: real ones. */
import { GetQueueAttributesCommand, type QueueAttributeName, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import {
  createDoorbell,
  createEventLog,
  DOORBELL_LEDGER,
  type EventLog,
  ledgerMigrations,
  readIntake,
} from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { paymentCaptured, toJson } from '@northwind/events';
import { createHealth, openDatabase, systemClock } from '@northwind/service-kit';
import { silentLogger, startSqs, testDatabase } from '@northwind/testing';
import {
  createMessageQueue,
  createSqsClient,
  createWriter,
  type QueueClient,
  type WriterOptions,
} from '../src/index.ts';
import { openWriterDatabase } from '../src/open-writer-database.ts';

export interface StageOptions {
  readonly queueName?: string;
  readonly attributes?: Partial<Record<QueueAttributeName, string>>;
  readonly visibilitySeconds?: number;
  /** How the writer reaches the database, made from its URL. */
  readonly route?: (url: URL) => Promise<URL>;
  readonly watchLog?: (log: EventLog) => EventLog;
  readonly watchClient?: (client: QueueClient) => QueueClient;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(options: StageOptions = {}) {
  const { queueName = 'settlement-events', attributes = {}, visibilitySeconds = 3 } = options;
  const { route = async (url: URL) => url, watchLog = (log: EventLog) => log } = options;
  const { watchClient = (client: QueueClient) => client } = options;
  const stack = new AsyncDisposableStack();
  const test = stack.use(await testDatabase([ledgerMigrations]));
  const database = stack.use(openDatabase<LedgerTables>({ url: test.url, applicationName: 'test', connectionsMax: 4 }));
  const { href: url } = await route(new URL(test.url));
  const own = stack.use(openWriterDatabase({ url, connectionsMax: 6 }));
  const sqs = stack.use(await startSqs());
  const deadLettersUrl = await sqs.createQueue('dead-letters');
  const queueUrl = await sqs.createQueue(queueName, attributes);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createSqsClient({ region: sqs.region, endpoint: sqs.endpoint, credentials });
  stack.defer(() => client.destroy());
  const queue = createMessageQueue({
    client: watchClient(client),
    queueUrl,
    visibilitySeconds,
    nowMs: systemClock.nowMs,
  });
  const logger = silentLogger();

  async function write(over: Partial<WriterOptions> = {}): Promise<void> {
    const writer = createWriter({
      log: watchLog(createEventLog(own)),
      doorbell: createDoorbell({ database: own, channel: DOORBELL_LEDGER, logger }),
      queue,
      clock: systemClock,
      logger,
      health: createHealth(),
      receivers: 4,
      appendsMax: 4,
      batchSizeMax: 100,
      flushMs: 5,
      inHandMax: 500,
      visibilitySeconds,
      ...over,
    });
    stack.defer(() => writer.stop());
    await writer.start();
  }

  async function countMessages(countedUrl = queueUrl): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: countedUrl, AttributeNames: [...names] });
    const { Attributes } = await sqs.client.send(command);
    return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
  }

  async function send(messages: readonly { readonly body: string; readonly group?: string }[]): Promise<void> {
    for (let at = 0; at < messages.length; at += 10) {
      const Entries = messages.slice(at, at + 10).map(({ body, group }, n) => ({
        Id: String(n),
        MessageBody: body,
        ...(group && { MessageGroupId: group, MessageDeduplicationId: String(at + n) }),
      }));
      await sqs.client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  }

  return {
    sqs,
    queue,
    queueUrl,
    deadLettersUrl,
    database,
    write,
    send,
    countMessages,
    /** Messages by outcome. */
    tallies: async () =>
      Object.fromEntries((await readIntake(database.db)).map((row) => [row.outcome, Number(row.messages)])),
    /** In the order of the log, a merchant's after one another. */
    logged: () =>
      database.db
        .selectFrom('ledger.events')
        .select(['partition', 'merchant_id', 'subject', 'message_id', 'trace'])
        .orderBy('partition')
        .orderBy('offset')
        .execute(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function bodyOf(n: number, merchantId = `mer_${n % 20}`, traceparent?: string): string {
  const event = paymentCaptured({
    paymentId: `pay_${n}`,
    merchantId,
    amount: 100 + n,
    fee: 1,
    currency: 'EUR',
    time: '2026-11-20T06:00:00Z',
    ...(traceparent && { traceparent }),
  });
  return toJson(event);
}
