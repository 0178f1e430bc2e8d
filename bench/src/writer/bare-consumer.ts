/**
 * A process of its own: receives and deletes, 16 pollers, and does nothing else. On the AWS SDK as it comes, which is
 * what most programs get out of this queue server; or on the ledger-writer's own client (BENCH_CLIENT=writer), which is
 * the most that any writer on that client could.
 */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createSqsClient } from '@northwind/ledger-writer';
import { environment } from '@northwind/service-kit';

const POLLERS = 16;
const {
  AWS_REGION: region = '',
  SQS_ENDPOINT: endpoint = '',
  SQS_EVENTS_URL: QueueUrl = '',
  BENCH_CLIENT,
} = environment();
const client = BENCH_CLIENT === 'writer' ? createSqsClient({ region, endpoint }) : new SQSClient({ region, endpoint });

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));

async function poll(): Promise<never> {
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
    const { Messages = [] } = await client.send(command);
    if (Messages.length === 0) continue;
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

await Promise.all(Array.from({ length: POLLERS }, poll));
