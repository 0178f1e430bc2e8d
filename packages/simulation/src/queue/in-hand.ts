/** What each process has in hand, as far as it can be seen from outside: never more than it was told to hold. */
import type { SimulatedProcess } from '@northwind/testing/simulation';
import type { World } from '../world.ts';
import type { Delivery } from './simulated-queue.ts';

export interface InHand {
  /** The deliveries have reached their holder. */
  arrived(holder: SimulatedProcess, deliveries: readonly Delivery[]): void;
  /** The holder is about to delete these, or to give them back. */
  letGo(holder: SimulatedProcess, receipts: readonly string[]): void;
  /** As `letGo`, and when they come again they are new to it. */
  gaveBack(holder: SimulatedProcess, receipts: readonly string[]): void;
  /** The how manieth message it was when it reached that process. */
  arrivalOf(holder: string, messageId: string): number | undefined;
}

export function createInHand(world: World): InHand {
  const arrivals = new Map<string, Map<string, number>>();
  const held = new Map<string, Set<string>>();

  let count = 0;

  function letGo(holder: SimulatedProcess, receipts: readonly string[]): void {
    for (const receipt of receipts) held.get(holder.name)?.delete(receipt);
  }

  return {
    arrived(holder, deliveries) {
      const order = arrivals.get(holder.name) ?? new Map<string, number>();
      const own = held.get(holder.name) ?? new Set<string>();
      arrivals.set(holder.name, order);
      held.set(holder.name, own);
      for (const { message, receipt } of deliveries) {
        count += 1;
        if (!order.has(message.messageId)) order.set(message.messageId, count);
        own.add(receipt);
      }
      if (own.size <= world.plan.inHandMax) return;
      world.violate('a writer holds no more than it may', `${holder.name} holds ${own.size}`);
    },
    letGo,
    gaveBack(holder, receipts) {
      letGo(holder, receipts);
      for (const receipt of receipts) arrivals.get(holder.name)?.delete(receipt.split('#')[0] ?? '');
    },
    arrivalOf: (holder, messageId) => arrivals.get(holder)?.get(messageId),
  };
}
