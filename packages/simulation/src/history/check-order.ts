/** Order, judged at every commit. */
import type { StoredEvent } from '../log/stored-log.ts';
import type { SimulatedQueue } from '../queue/simulated-queue.ts';
import type { World } from '../world.ts';

export interface OrderCheck {
  /** A new event of the log, after all those before it in its partition. */
  appended(event: StoredEvent): void;
}

/**
 * A FIFO queue promises order within a message group, which is a merchant: the log keeps it, whoever wrote. A standard
 * queue promises none; a writer still appends each merchant's events in the order in which they reached it.
 */
export function createOrderCheck(world: World, queue: SimulatedQueue): OrderCheck {
  const places = new Map<string, number>();

  function isNext(line: string, place: number): boolean {
    const before = places.get(line) ?? -1;
    places.set(line, place);
    return before < place;
  }

  return {
    appended({ writer, messageId, merchantId, partition, offset }) {
      const at = `${messageId} at ${partition}:${offset}`;
      const arrival = queue.arrivalOf(writer, messageId);
      if (arrival === undefined) {
        world.violate('a writer appends only what it was given', `${writer} appended ${at}`);
      } else if (!isNext(`${writer} ${merchantId}`, arrival)) {
        world.violate('a writer keeps the order of arrival', `${writer} got ${at} before the one it appended before`);
      }
      const message = queue.messages().find((sent) => sent.messageId === messageId);
      if (world.plan.queue === 'standard' || !message) return;
      if (!isNext(message.groupId, message.sequence)) {
        world.violate(
          'a merchant’s events stand in the order of the FIFO queue',
          `${at} was sent before the one there`,
        );
      }
    },
  };
}
