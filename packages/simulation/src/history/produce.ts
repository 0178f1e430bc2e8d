/** Producers: each message is sent at its time; a send whose answer is lost is sent again, late and out of order. */
import type { SimulatedQueue } from '../queue/simulated-queue.ts';
import type { SentMessage } from '../traffic/draw-traffic.ts';
import type { World } from '../world.ts';

export interface Producing {
  isOver(): boolean;
}

export function produce(world: World, queue: SimulatedQueue, messages: readonly SentMessage[]): Producing {
  const { scheduler, chance, plan } = world;
  let waiting = 0;

  function send(message: SentMessage, delayMs: number): void {
    waiting += 1;
    scheduler.later(delayMs, () => {
      waiting -= 1;
      if (!queue.accept(message)) world.journal.sometimes('FIFO queue dropped a duplicate');
      if (!world.fault(plan.faults.sendAnswerLost)) return;
      world.journal.sometimes('send tried again after a lost answer');
      send(message, chance.pick(plan.consumers > 0 ? [100, 5_000] : [100, 5_000, 400_000]));
    });
  }

  for (const message of messages) send(message, message.atMs);
  return { isOver: () => waiting === 0 };
}
