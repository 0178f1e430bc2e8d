/** A process of its own: the SQS server, its messages in memory. Tells its endpoint and the queue's URL. */
import { startSqs } from '@northwind/testing';

const server = await startSqs();
const queueUrl = await server.createQueue('settlement-events', { VisibilityTimeout: '120' });
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
process.send?.({ endpoint: server.endpoint, queueUrl });
