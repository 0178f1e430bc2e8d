export type { BatchCounts } from './batch/record-batch.ts';
export { writerConfigSchema } from './config.ts';
export type { HeldMessage } from './queue/held-message.ts';
export { createMessageQueue, type MessageQueue } from './queue/message-queue.ts';
export { createWriter, type WriterOptions } from './writer.ts';
export { createWriterProcess } from './writer-process.ts';
