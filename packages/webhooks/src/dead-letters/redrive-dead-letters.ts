/**
 * Sends the deliveries again that messages on the dead-letter queue are about. A message is deleted after its delivery
 * is in the queue again, so a crash in between sends nothing twice: what is not exhausted any more is not touched.
 */
import type { Kysely } from 'kysely';
import { type ResendOutcome, resendDelivery } from '../resending/resend-delivery.ts';
import type { DeliveryTables } from '../tables.ts';
import { readDeadLetter } from './dead-letter-message.ts';
import type { DeadLetterQueue, ReceivedMessage } from './dead-letter-queue.ts';

export interface RedriveReport {
  /** Messages received. */
  received: number;
  /** Deliveries that are pending again. */
  resent: number;
  /** Their delivery was sent again before, or is not kept any more: nothing to do. */
  alreadyOver: number;
  /** Their endpoint is disabled or removed. The messages stay on the queue, to be redriven when it is enabled. */
  endpointOff: number;
  /** No message of ours. They stay on the queue. */
  foreign: number;
  /** Messages deleted. */
  deleted: number;
}

export interface RedriveOptions {
  readonly queue: DeadLetterQueue;
  /** For the receipts. */
  readonly actor: string;
  /** Messages at most; all that are there when left out. */
  readonly limit?: number | undefined;
  readonly onProgress?: (report: Readonly<RedriveReport>) => void;
}

const WAIT_SECONDS = 1;

type Counted = 'resent' | 'alreadyOver' | 'endpointOff' | 'foreign';

const COUNTED_AS: Readonly<Record<ResendOutcome, Counted>> = {
  requeued: 'resent',
  brought_forward: 'resent',
  follows: 'resent',
  state_changed: 'alreadyOver',
  not_found: 'alreadyOver',
  endpoint_disabled: 'endpointOff',
  endpoint_removed: 'endpointOff',
};

export async function redriveDeadLetters(db: Kysely<DeliveryTables>, options: RedriveOptions): Promise<RedriveReport> {
  const { queue, limit = Number.POSITIVE_INFINITY, onProgress } = options;
  const report: RedriveReport = { received: 0, resent: 0, alreadyOver: 0, endpointOff: 0, foreign: 0, deleted: 0 };
  const seen = new Set<string>();
  while (report.received < limit) {
    // What stays on the queue comes again when its visibility timeout has passed: it is looked at once.
    const messages = (await queue.receive(WAIT_SECONDS)).filter(({ messageId }) => !seen.has(messageId));
    if (messages.length === 0) return report;
    for (const { messageId } of messages) seen.add(messageId);
    const over: ReceivedMessage[] = [];
    for (const message of messages) {
      const counted = await redriveOne(db, message, options.actor);
      report.received += 1;
      report[counted] += 1;
      if (counted === 'resent' || counted === 'alreadyOver') over.push(message);
    }
    report.deleted += await queue.remove(over);
    onProgress?.(report);
  }
  return report;
}

async function redriveOne(db: Kysely<DeliveryTables>, { body }: ReceivedMessage, actor: string): Promise<Counted> {
  const deliveryId = readDeadLetter(body);
  if (deliveryId === null) return 'foreign';
  return COUNTED_AS[await resendDelivery(db, { merchantId: null, deliveryId, actor, states: ['exhausted'] })];
}
