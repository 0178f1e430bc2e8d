export type { BatchCounts } from './batch/record-unit.ts';
export { writerConfigSchema } from './config.ts';
export { openWriterDatabase } from './open-writer-database.ts';
export type { HeldMessage } from './queue/held-message.ts';
export { createMessageQueue, type MessageQueue } from './queue/message-queue.ts';
export { createSqsClient, type QueueClient } from './queue/sqs-client.ts';
export { createWriter, type WriterOptions } from './writer.ts';
export { createWriterProcess } from './writer-process.ts';
