import { createService, type Environment, type Service, systemClock } from '@northwind/service-kit';
import { createFifoQueue } from '../queue/fifo-queue.ts';
import { serveQueue } from '../queue/serve-queue.ts';

/** As of the queue of production: a message that is received more often is in the dead-letter queue. */
const RECEIVE_COUNT_MAX = 50;
/** Enough that every merchant has something waiting, little enough to be held in memory. */
const WAITING_MAX = 60_000;

/** The queue of a chaos run. It lives in memory: it is the one process that is not killed. */
export async function createChaosQueue(env: Environment): Promise<Service> {
  const queue = createFifoQueue(RECEIVE_COUNT_MAX);
  const port = Number(env.CHAOS_QUEUE_PORT);
  return createService({
    name: 'chaos-queue',
    start: async () => {
      await serveQueue({ queue, port, clock: systemClock, waitingMax: WAITING_MAX });
    },
    stop: async () => undefined,
  });
}
