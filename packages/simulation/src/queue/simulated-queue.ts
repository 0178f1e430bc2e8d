/**
 * A model of an SQS queue, standard or FIFO: visibility timeouts, receipts, receive counts, dead letters; duplicates,
 * deletes that don't hold and answers that skip messages where standard queues allow them; groups in order where FIFO
 * queues promise them.
 *
 * It also judges: a message may only come back for a reason that lies outside of a healthy writer, and may only be
 * deleted when its outcome is in the log.
 */
import type { SimulatedProcess } from '@northwind/testing/simulation';
import type { SentMessage } from '../traffic/draw-traffic.ts';
import type { World } from '../world.ts';
import { createInHand } from './in-hand.ts';

export interface StoredMessage extends SentMessage {
  readonly messageId: string;
  /** In the order in which the queue accepted them. */
  readonly sequence: number;
  receives: number;
  isVisible: boolean;
  isDeleted: boolean;
  isDead: boolean;
  /** Counts changes of its visibility, so that a timer of an earlier one does nothing. */
  visibilityChanges: number;
  current: Delivery | null;
}

export interface Delivery {
  readonly receipt: string;
  readonly message: StoredMessage;
  readonly holder: SimulatedProcess;
  readonly atMs: number;
  /** Why the message may come again although nobody did anything wrong. */
  excuse: string | null;
}

export interface Poll {
  readonly holder: SimulatedProcess;
  readonly messagesMax: number;
  readonly visibilityMs: number;
  readonly answer: (deliveries: readonly Delivery[]) => void;
}

export interface SimulatedQueue {
  /** False when the queue dropped it as a duplicate, as FIFO queues do for five minutes. */
  accept(message: SentMessage): boolean;
  poll(poll: Poll, waitMs: number): { abandon(): void };
  /** For each receipt whether it was deleted. */
  remove(receipts: readonly string[]): boolean[];
  extend(receipts: readonly string[], visibilityMs: number, isStopping: boolean): boolean[];
  excuse(receipts: readonly string[], why: string): void;
  /** A process was killed: notes what it left behind. */
  left(holder: SimulatedProcess): void;
  /** The deliveries have reached their holder. */
  arrived(holder: SimulatedProcess, deliveries: readonly Delivery[]): void;
  /** The holder is about to delete these or to give them back. */
  letGo(holder: SimulatedProcess, receipts: readonly string[]): void;
  /** The how manieth message it was when it first reached that process. */
  arrivalOf(holder: string, messageId: string): number | undefined;
  isEmpty(): boolean;
  /** Everything that the queue ever accepted, in that order. */
  messages(): readonly StoredMessage[];
}

export interface QueueOptions {
  readonly world: World;
  /** Whether what became of the message is committed. */
  readonly hasOutcome: (messageId: string) => boolean;
}

/** As the stack is set up with; see packages/local/src/queue/queues.ts. */
const RECEIVES_MAX = 50;
const DEDUPLICATION_MS = 300_000;

export function createSimulatedQueue({ world, hasOutcome }: QueueOptions): SimulatedQueue {
  const { scheduler, chance, journal, plan } = world;
  const isFifo = plan.queue === 'fifo';
  const messages: StoredMessage[] = [];
  const deliveries = new Map<string, Delivery>();
  const polls = new Set<Poll>();
  const acceptedAtMs = new Map<string, number>();
  const inHand = createInHand(world);
  let left = 0;

  const note = (what: string) => journal.note('queue', what);

  function show(message: StoredMessage): void {
    message.isVisible = true;
    message.visibilityChanges += 1;
    offer();
  }

  function hideFor(message: StoredMessage, ms: number): void {
    message.isVisible = false;
    message.visibilityChanges += 1;
    const change = message.visibilityChanges;
    scheduler.later(ms, () => {
      if (message.isDeleted || message.visibilityChanges !== change) return;
      if (message.current) judgeExpiry(message.current);
      message.current = null;
      show(message);
    });
  }

  /** Its visibility ran out and it was not deleted: somebody must have had a reason. */
  function judgeExpiry({ message, holder, atMs, excuse, receipt }: Delivery): void {
    note(`${message.messageId} is visible again, ${receipt} ran out`);
    const why = excuse ?? (holder.isAlive() ? (holder.stalledUntilMs() >= atMs ? 'stalled' : null) : 'dead');
    if (why === null) {
      world.violate(
        'a message in the hands of a healthy writer does not come again',
        `${message.messageId}, delivered to ${holder.name} at ${Math.round(atMs)} ms as ${receipt}`,
      );
    }
    if (why === 'stalled') journal.sometimes('visibility ran out in the handler');
    if (why === 'dead') journal.sometimes('visibility of a dead writer ran out');
  }

  /** Hands out what is visible to the polls that wait, in an order that the seed decides. */
  function offer(): void {
    while (polls.size > 0) {
      const poll = chance.pick([...polls]);
      const chosen = isFifo ? chooseInOrder(poll) : chooseAny(poll);
      if (chosen.length === 0) return;
      polls.delete(poll);
      poll.answer(chosen.map((message) => deliver(message, poll)));
    }
  }

  function chooseAny({ messagesMax }: Poll): StoredMessage[] {
    const visible = alive(messages.filter((message) => message.isVisible));
    if (!plan.faults.queueReordered) return visible.slice(0, messagesMax);
    // A standard queue asks some of its servers only, and they answer in any order.
    return chance.shuffled(visible).slice(0, Math.max(1, chance.between(messagesMax >> 1, messagesMax)));
  }

  /** A group whose earlier message is in flight gives nothing. */
  function chooseInOrder({ messagesMax }: Poll): StoredMessage[] {
    const blocked = new Set(
      messages.filter((message) => !message.isVisible && !message.isDeleted).map((message) => message.groupId),
    );
    const visible = messages.filter((message) => message.isVisible && !blocked.has(message.groupId));
    return alive(visible).slice(0, messagesMax);
  }

  function alive(visible: readonly StoredMessage[]): StoredMessage[] {
    const spent = visible.filter((message) => message.receives >= RECEIVES_MAX);
    for (const message of spent) {
      note(`${message.messageId} goes to the dead-letter queue`);
      message.isDead = true;
      take(message);
    }
    return visible.filter((message) => !message.isDead);
  }

  function deliver(message: StoredMessage, { holder, visibilityMs }: Poll): Delivery {
    message.receives += 1;
    const receipt = `${message.messageId}#${message.receives}`;
    const delivery: Delivery = { receipt, message, holder, atMs: scheduler.nowMs(), excuse: null };
    note(`delivers ${receipt} to ${holder.name}`);
    deliveries.set(receipt, delivery);
    message.current = delivery;
    if (message.receives > 1 && isFifo) journal.sometimes('FIFO message delivered again');
    hideFor(message, visibilityMs);
    if (!isFifo && world.fault(plan.faults.queueDuplicate)) {
      scheduler.later(chance.unit() * 2_000, () => duplicate(message, 'delivered twice'));
    }
    return delivery;
  }

  /** Standard queues sometimes deliver a message that they need not. */
  function duplicate(message: StoredMessage, rarity: string): void {
    if (message.isVisible || message.isDead) return;
    if (message.isDeleted) {
      message.isDeleted = false;
      left += 1;
    }
    note(`${message.messageId} is visible again, ${rarity}`);
    journal.sometimes(rarity);
    message.current = null;
    show(message);
  }

  function take(message: StoredMessage): void {
    message.isDeleted = true;
    message.isVisible = false;
    message.visibilityChanges += 1;
    message.current = null;
    left -= 1;
  }

  function removeOne(receipt: string): boolean {
    const delivery = deliveries.get(receipt);
    if (!delivery) throw new Error(`nobody was given the receipt ${receipt}`);
    const { message } = delivery;
    if (!message.isDeleted && !hasOutcome(message.messageId)) {
      world.violate('nothing is deleted before its outcome is committed', `${receipt} by ${delivery.holder.name}`);
    }
    if (world.fault(plan.faults.queuePartialFailure)) {
      delivery.excuse ??= 'delete failed';
      journal.sometimes('some messages of a delete call failed');
      return false;
    }
    if (message.isDeleted) return true;
    const isOld = message.current !== delivery;
    if (isOld) journal.sometimes('delete with an old receipt');
    if (isOld && (isFifo || world.fault(0.5))) return !isFifo;
    note(`deletes ${receipt}`);
    take(message);
    if (!isFifo && world.fault(plan.faults.queueDuplicate)) {
      scheduler.later(chance.unit() * 120_000, () => duplicate(message, 'duplicate after delete'));
    }
    if (isFifo) offer();
    return true;
  }

  return {
    accept(message) {
      const seenAtMs = acceptedAtMs.get(message.deduplicationId);
      if (isFifo && seenAtMs !== undefined && scheduler.nowMs() - seenAtMs < DEDUPLICATION_MS) return false;
      acceptedAtMs.set(message.deduplicationId, scheduler.nowMs());
      const stored: StoredMessage = {
        ...message,
        messageId: `m${messages.length}`,
        sequence: messages.length,
        receives: 0,
        isVisible: false,
        isDeleted: false,
        isDead: false,
        visibilityChanges: 0,
        current: null,
      };
      messages.push(stored);
      left += 1;
      note(`accepts ${stored.messageId}: ${describe(message)}`);
      show(stored);
      return true;
    },
    poll(poll, waitMs) {
      polls.add(poll);
      offer();
      if (polls.has(poll)) {
        scheduler.later(waitMs, () => {
          if (polls.delete(poll)) poll.answer([]);
        });
      }
      return { abandon: () => void polls.delete(poll) };
    },
    remove: (receipts) => receipts.map(removeOne),
    extend: (receipts, visibilityMs, isStopping) =>
      receipts.map((receipt) => {
        const delivery = deliveries.get(receipt);
        if (!delivery || delivery.message.current !== delivery || delivery.message.isDeleted) return false;
        if (visibilityMs === 0) delivery.excuse ??= isStopping ? 'given back' : null;
        note(`hides ${receipt} for ${visibilityMs} ms more`);
        hideFor(delivery.message, visibilityMs);
        return true;
      }),
    excuse(receipts, why) {
      for (const receipt of receipts) {
        const delivery = deliveries.get(receipt);
        if (delivery) delivery.excuse ??= why;
      }
    },
    left(holder) {
      for (const message of messages) {
        if (message.current?.holder !== holder || !hasOutcome(message.messageId)) continue;
        journal.sometimes('killed between commit and delete');
        if (message.meaning.kind !== 'event') journal.sometimes('killed between rejection and delete');
      }
    },
    arrived: inHand.arrived,
    letGo: inHand.letGo,
    arrivalOf: inHand.arrivalOf,
    isEmpty: () => left === 0,
    messages: () => messages,
  };
}

function describe({ meaning, groupId }: SentMessage): string {
  return meaning.kind === 'event' ? `${meaning.payment} as ${meaning.variant}` : `${meaning.kind} of ${groupId}`;
}
