import { createService, type Environment, loadConfig, type Service } from '@northwind/service-kit';
import { z } from 'zod';
import { queueDefinitions } from './queues.ts';
import { type QueueServer, startQueueServer } from './start-queue-server.ts';

/** The environment of `settle queue`, the queue server of this machine. */
export const queueConfigSchema = z.object({
  AWS_REGION: z.string().default('eu-west-1').describe('Region of the queues; part of their names.'),
  SETTLEMENT_QUEUE_FOLDER: z.string().min(1).describe('Folder in which messages are kept.'),
  SETTLEMENT_QUEUE_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. It asks nobody for a password.'),
  SETTLEMENT_QUEUE_PORT: z.coerce.number().int().min(0).max(65_535).default(4566).describe('Port to listen on.'),
});

/** A queue server as a process: configuration from the environment, then fauxqs with its disk. */
export async function createQueueProcess(env: Environment): Promise<Service> {
  const config = loadConfig(queueConfigSchema, env);
  let server: QueueServer | null = null;
  return createService({
    name: 'queue',
    start: async () => {
      server = await startQueueServer({
        folder: config.SETTLEMENT_QUEUE_FOLDER,
        host: config.SETTLEMENT_QUEUE_HOST,
        port: config.SETTLEMENT_QUEUE_PORT,
        region: config.AWS_REGION,
        queues: queueDefinitions(config.AWS_REGION),
        onFatal: (error) => {
          // What clients were told and what is on disk differ from here on; the next start reads the disk.
          process.stderr.write(`queue: its disk can't be written: ${error}\n`);
          process.exit(1);
        },
      });
    },
    stop: async () => server?.stop(),
  });
}
