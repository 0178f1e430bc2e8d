/**
 * The reference model: what must be in the log at the end, computed from what was sent and nothing else. It knows
 * payments by the name the traffic gave them, so that a key derived wrongly is found too.
 */
import type { StoredEvent, StoredLog } from '../log/stored-log.ts';
import type { SimulatedQueue, StoredMessage } from '../queue/simulated-queue.ts';
import type { World } from '../world.ts';

export interface Outcomes {
  readonly world: World;
  readonly log: StoredLog;
  readonly queue: SimulatedQueue;
}

export function checkOutcome(outcomes: Outcomes): void {
  checkDeadLetters(outcomes);
  checkMessages(outcomes);
  checkPayments(outcomes);
  checkTallies(outcomes);
}

function checkDeadLetters({ world, queue }: Outcomes): void {
  const dead = queue.messages().filter((message) => message.isDead);
  if (dead.length > 0) world.violate('nothing ends in the dead-letter queue', ids(dead));
}

/** Every message has an outcome of the kind that its meaning allows. */
function checkMessages({ world, log, queue }: Outcomes): void {
  for (const { messageId, meaning, body } of queue.messages()) {
    const found = log.outcomesOf(messageId);
    const isRejected = meaning.kind !== 'event';
    if (found.length === 0) world.violate('every message has an outcome', `${messageId} has none`);
    if (found.some((outcome) => (outcome === 'rejected') !== isRejected)) {
      world.violate('only what can be no event is rejected', `${messageId}, ${meaning.kind}, is ${found.join(', ')}`);
    }
    if (isRejected && log.rejections().get(messageId) !== body) {
      world.violate('a rejected message is kept with its body', messageId);
    }
    if (found.filter((outcome) => outcome === 'appended').length > 1) {
      world.violate('a message is appended once', `${messageId} is ${found.join(', ')}`);
    }
  }
}

/** Each payment stands once in the log; every other body that came under its key is kept as a conflict. */
function checkPayments({ world, log, queue }: Outcomes): void {
  const stored = new Map(log.events().map((event) => [event.subject, event]));
  const variants = new Map<string, Set<string>>();
  for (const { meaning } of queue.messages()) {
    if (meaning.kind !== 'event') continue;
    const known = variants.get(meaning.payment) ?? new Set();
    variants.set(meaning.payment, known.add(meaning.variant));
  }
  let conflicts = 0;
  for (const [payment, bodies] of variants) {
    const event = stored.get(payment);
    if (!event) world.violate('every payment is in the log', `${payment} is not`);
    else if (!bodies.has(variantOf(event)))
      world.violate('what is stored was sent', `${payment} as ${variantOf(event)}`);
    conflicts += bodies.size - 1;
  }
  if (stored.size !== variants.size || log.events().length !== variants.size) {
    world.violate('the log holds what was sent', `${log.events().length} events of ${variants.size} payments`);
  }
  if (log.conflicts().size !== conflicts) {
    world.violate('every conflict is kept', `${log.conflicts().size} of ${conflicts}`);
  }
}

function checkTallies({ world, log, queue }: Outcomes): void {
  const { appended, duplicate, conflict, rejected } = log.tallies();
  const written = queue.messages().reduce((sum, message) => sum + log.outcomesOf(message.messageId).length, 0);
  if (appended + duplicate + conflict + rejected !== written || appended !== log.events().length) {
    world.violate('received = appended + duplicate + conflict + rejected', JSON.stringify(log.tallies()));
  }
}

const variantOf = (event: StoredEvent) => `${event.merchantId}/${event.amount}`;
const ids = (messages: readonly StoredMessage[]) => messages.map((message) => message.messageId).join(', ');
