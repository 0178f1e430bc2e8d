/**
 * A process of its own: receives and deletes, 16 pollers on the AWS SDK, and does nothing else. The most that a Node
 * process gets out of this queue server with the SDK.
 */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { environment } from '@northwind/service-kit';

const POLLERS = 16;
const { AWS_REGION: region = '', SQS_ENDPOINT: endpoint = '', SQS_EVENTS_URL: QueueUrl = '' } = environment();
const client = new SQSClient({ region, endpoint });

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
