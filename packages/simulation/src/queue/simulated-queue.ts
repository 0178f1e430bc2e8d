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
import { hideFor, noteDuplicate, offer, show, takeOut } from './deliver-messages.ts';
import { createInHand, type InHand } from './in-hand.ts';

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

/** `gone` is the caller's fault: the delivery's time is over, and trying again would not help. */
export type Removal = 'deleted' | 'failed' | 'gone';

export interface SimulatedQueue extends InHand {
  /** False when the queue dropped it as a duplicate, as FIFO queues do for five minutes. */
  accept(message: SentMessage): boolean;
  poll(poll: Poll, waitMs: number): { abandon(): void };
  remove(receipts: readonly string[]): Removal[];
  /** For each receipt whether it worked. */
  extend(receipts: readonly string[], visibilityMs: number, isStopping: boolean): boolean[];
  excuse(receipts: readonly string[], why: string): void;
  /** A process was killed: notes what it left behind. */
  left(holder: SimulatedProcess): void;
  isEmpty(): boolean;
  /** Everything that the queue ever accepted, in that order. */
  messages(): readonly StoredMessage[];
}

export interface QueueOptions {
  readonly world: World;
  /** Whether what became of the message is committed. */
  readonly hasOutcome: (messageId: string) => boolean;
}

export interface QueueState extends QueueOptions {
  readonly isFifo: boolean;
  readonly messages: StoredMessage[];
  readonly deliveries: Map<string, Delivery>;
  readonly polls: Set<Poll>;
  /** Messages that were not deleted. */
  left: number;
}

const DEDUPLICATION_MS = 300_000;
/** No message stays invisible for longer, counted from its delivery. */
const INVISIBLE_MS_MAX = 12 * 3_600_000;

export function createSimulatedQueue({ world, hasOutcome }: QueueOptions): SimulatedQueue {
  const { scheduler, journal, plan } = world;
  const isFifo = plan.queue === 'fifo';
  const messages: StoredMessage[] = [];
  const deliveries = new Map<string, Delivery>();
  const state: QueueState = { world, hasOutcome, isFifo, messages, deliveries, polls: new Set(), left: 0 };
  const acceptedAtMs = new Map<string, number>();
  return {
    ...createInHand(world),
    accept(message) {
      const seenAtMs = acceptedAtMs.get(message.deduplicationId);
      if (isFifo && seenAtMs !== undefined && scheduler.nowMs() - seenAtMs < DEDUPLICATION_MS) return false;
      acceptedAtMs.set(message.deduplicationId, scheduler.nowMs());
      const stored = storedMessage(message, messages.length);
      messages.push(stored);
      state.left += 1;
      journal.note('queue', `accepts ${stored.messageId}: ${describe(message)}`);
      show(state, stored);
      return true;
    },
    poll: (poll, waitMs) => wait(state, poll, waitMs),
    remove: (receipts) => receipts.map((receipt) => remove(state, receipt)),
    extend: (receipts, visibilityMs, isStopping) =>
      receipts.map((receipt) => extend(state, receipt, visibilityMs, isStopping)),
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
    isEmpty: () => state.left === 0,
    messages: () => messages,
  };
}

function storedMessage(message: SentMessage, sequence: number): StoredMessage {
  const flags = { isVisible: false, isDeleted: false, isDead: false };
  return {
    ...message,
    messageId: `m${sequence}`,
    sequence,
    receives: 0,
    ...flags,
    visibilityChanges: 0,
    current: null,
  };
}

function wait(state: QueueState, poll: Poll, waitMs: number): { abandon(): void } {
  const { polls, world } = state;
  polls.add(poll);
  offer(state);
  if (polls.has(poll)) {
    world.scheduler.later(waitMs, () => {
      if (polls.delete(poll)) poll.answer([]);
    });
  }
  return { abandon: () => void polls.delete(poll) };
}

function remove(state: QueueState, receipt: string): Removal {
  const { world, isFifo, hasOutcome } = state;
  const { plan, journal } = world;
  const delivery = state.deliveries.get(receipt);
  if (!delivery) throw new Error(`nobody was given the receipt ${receipt}`);
  const { message } = delivery;
  if (!message.isDeleted && !hasOutcome(message.messageId)) {
    world.violate('nothing is deleted before its outcome is committed', `${receipt} by ${delivery.holder.name}`);
  }
  if (world.fault(plan.faults.queuePartialFailure)) {
    delivery.excuse ??= 'delete failed';
    journal.sometimes('some messages of a delete call failed');
    return 'failed';
  }
  if (message.isDeleted) return 'deleted';
  const isOld = message.current !== delivery;
  if (isOld) journal.sometimes('delete with an old receipt');
  if (isOld && isFifo) return 'gone';
  if (isOld && world.fault(0.5)) return 'deleted'; // so the queue says; the message comes again
  journal.note('queue', `deletes ${receipt}`);
  takeOut(state, message);
  if (!isFifo && world.fault(plan.faults.queueDuplicate)) {
    noteDuplicate(state, message, { withinMs: 120_000, rarity: 'duplicate after delete' });
  }
  if (isFifo) offer(state);
  return 'deleted';
}

function extend(state: QueueState, receipt: string, visibilityMs: number, isStopping: boolean): boolean {
  const { scheduler, journal } = state.world;
  const delivery = state.deliveries.get(receipt);
  if (!delivery || delivery.message.current !== delivery || delivery.message.isDeleted) return false;
  const heldMs = scheduler.nowMs() - delivery.atMs;
  if (heldMs + visibilityMs > INVISIBLE_MS_MAX) return false;
  const isTimeUp = heldMs > INVISIBLE_MS_MAX - 600_000;
  if (visibilityMs === 0 && isTimeUp) journal.sometimes('given back before twelve hours were over');
  if (visibilityMs === 0 && (isStopping || isTimeUp)) delivery.excuse ??= 'given back';
  journal.note('queue', `hides ${receipt} for ${visibilityMs} ms more`);
  hideFor(state, delivery.message, visibilityMs);
  return true;
}

function describe({ meaning, groupId }: SentMessage): string {
  return meaning.kind === 'event' ? `${meaning.payment} as ${meaning.variant}` : `${meaning.kind} of ${groupId}`;
}
