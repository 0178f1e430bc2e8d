/** What of a queue is visible, who is given it, and what happens when its time in somebody's hands is over. */
import type { Delivery, Poll, QueueState, StoredMessage } from './simulated-queue.ts';

/** As the stack is set up with; see packages/local/src/queue/queues.ts. */
const RECEIVES_MAX = 50;

export function show(state: QueueState, message: StoredMessage): void {
  message.isVisible = true;
  message.visibilityChanges += 1;
  offer(state);
}

export function hideFor(state: QueueState, message: StoredMessage, ms: number): void {
  message.isVisible = false;
  message.visibilityChanges += 1;
  const change = message.visibilityChanges;
  state.world.scheduler.later(ms, () => {
    if (message.isDeleted || message.visibilityChanges !== change) return;
    if (message.current) judgeExpiry(state, message.current);
    message.current = null;
    show(state, message);
  });
}

/** Its visibility ran out and it was not deleted: somebody must have had a reason. */
function judgeExpiry({ world }: QueueState, { message, holder, atMs, excuse, receipt }: Delivery): void {
  world.journal.note('queue', `${message.messageId} is visible again, ${receipt} ran out`);
  const why = excuse ?? (holder.isAlive() ? (holder.stalledUntilMs() >= atMs ? 'stalled' : null) : 'dead');
  if (why === null) {
    world.violate(
      'a message in the hands of a healthy writer does not come again',
      `${message.messageId}, delivered to ${holder.name} at ${Math.round(atMs)} ms as ${receipt}`,
    );
  }
  if (why === 'stalled') world.journal.sometimes('visibility ran out in the handler');
  if (why === 'dead') world.journal.sometimes('visibility of a dead writer ran out');
}

export function takeOut(state: QueueState, message: StoredMessage): void {
  message.isDeleted = true;
  message.isVisible = false;
  message.visibilityChanges += 1;
  message.current = null;
  state.left -= 1;
}

/** Hands out what is visible to the polls that wait, in an order that the seed decides. */
export function offer(state: QueueState): void {
  const { polls, world, isFifo } = state;
  while (polls.size > 0) {
    const poll = world.chance.pick([...polls]);
    const chosen = isFifo ? chooseInOrder(state, poll) : chooseAny(state, poll);
    if (chosen.length === 0) return;
    polls.delete(poll);
    poll.answer(chosen.map((message) => deliver(state, message, poll)));
  }
}

function chooseAny(state: QueueState, { messagesMax }: Poll): StoredMessage[] {
  const { chance, plan } = state.world;
  const visible = withoutSpent(
    state,
    state.messages.filter((message) => message.isVisible),
  );
  if (!plan.faults.queueReordered) return visible.slice(0, messagesMax);
  // A standard queue asks some of its servers only, and they answer in any order.
  return chance.shuffled(visible).slice(0, Math.max(1, chance.between(messagesMax >> 1, messagesMax)));
}

/** A group whose earlier message is in flight gives nothing. */
function chooseInOrder(state: QueueState, { messagesMax }: Poll): StoredMessage[] {
  const inFlight = state.messages.filter((message) => !message.isVisible && !message.isDeleted);
  const blocked = new Set(inFlight.map((message) => message.groupId));
  const visible = state.messages.filter((message) => message.isVisible && !blocked.has(message.groupId));
  return withoutSpent(state, visible).slice(0, messagesMax);
}

function withoutSpent(state: QueueState, visible: readonly StoredMessage[]): StoredMessage[] {
  const spent = visible.filter((message) => message.receives >= RECEIVES_MAX);
  for (const message of spent) {
    state.world.journal.note('queue', `${message.messageId} goes to the dead-letter queue`);
    message.isDead = true;
    takeOut(state, message);
  }
  return visible.filter((message) => !message.isDead);
}

function deliver(state: QueueState, message: StoredMessage, { holder, visibilityMs }: Poll): Delivery {
  const { world, isFifo } = state;
  message.receives += 1;
  const receipt = `${message.messageId}#${message.receives}`;
  const delivery: Delivery = { receipt, message, holder, atMs: world.scheduler.nowMs(), excuse: null };
  world.journal.note('queue', `delivers ${receipt} to ${holder.name}`);
  state.deliveries.set(receipt, delivery);
  message.current = delivery;
  if (message.receives > 1 && isFifo) world.journal.sometimes('FIFO message delivered again');
  hideFor(state, message, visibilityMs);
  if (!isFifo && world.fault(world.plan.faults.queueDuplicate)) {
    noteDuplicate(state, message, { withinMs: 2_000, rarity: 'delivered twice' });
  }
  return delivery;
}

export interface Duplicate {
  readonly withinMs: number;
  readonly rarity: string;
}

/** Standard queues sometimes deliver a message that they need not. */
export function noteDuplicate(state: QueueState, message: StoredMessage, { withinMs, rarity }: Duplicate): void {
  const { scheduler, chance, journal } = state.world;
  scheduler.later(chance.unit() * withinMs, () => {
    if (message.isVisible || message.isDead) return;
    if (message.isDeleted) {
      message.isDeleted = false;
      state.left += 1;
    }
    journal.note('queue', `${message.messageId} is visible again, ${rarity}`);
    journal.sometimes(rarity);
    message.current = null;
    show(state, message);
  });
}
