/** One attempt from its claim to its committed receipt. */
import type { Clock, Health, Logger } from '@northwind/service-kit';
import { isTest } from '../planning/event-types.ts';
import { type RetryPolicy, retryPolicyOf } from '../policy/retry-policy.ts';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import type { Keyring } from '../signing/keyring.ts';
import type { AttemptJournal } from './attempt-journal.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { decideNextStep } from './decide-next-step.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { heedDeliveryHeader } from './heed-delivery-header.ts';
import { OUTCOMES } from './outcome.ts';
import type { Answer, Sender } from './sender.ts';

const ONCE = retryPolicyOf([]);

export interface AttemptContext {
  readonly sender: Pick<Sender, 'send'>;
  readonly keyring: Keyring;
  readonly journal: Pick<AttemptJournal, 'record'>;
  /** Of endpoints that have none of their own. */
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly chance: () => number;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
  readonly health: Health | undefined;
}

/**
 * Returns in how many milliseconds the delivery is due again, or null when it isn't. Never rejects. `onSent` is called
 * when it has ended and only its receipt is left to write.
 */
export async function makeAttempt(
  context: AttemptContext,
  delivery: ClaimedDelivery,
  onSent: () => void,
): Promise<number | null> {
  const { sender, journal, clock, chance, metrics } = context;
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  if (delivery.leasesLost > 0) tellLost(context, delivery);
  const keys = context.keyring.keysOf(delivery);
  if (keys === null) alarmAboutSecret(context, delivery);
  const sent = keys === null ? SECRET_UNAVAILABLE : await sender.send({ ...delivery, keys });
  const { answer, disableRequested } = heedDeliveryHeader(sent);
  const { retryAfterMs, ...receipt } = answer;
  const { outcome } = receipt;
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  const elapsedMs = delivery.elapsedMs + durationMs;
  const facts = { outcome, retries: delivery.retries, retryAfterMs, elapsedMs, disableRequested };
  const next = decideNextStep(facts, policyOf(context, delivery), chance());
  metrics.attempted(outcome, durationMs);
  onSent();
  const recorded = await journal.record({
    deliveryId: delivery.deliveryId,
    endpointId: delivery.endpointId,
    url: delivery.url,
    eventType: delivery.eventType,
    attempt: delivery.attempt,
    scheduledAt: delivery.scheduledAt,
    triggeredBy: delivery.triggeredBy,
    startedAt,
    finishedAt: clock.now(),
    durationMs,
    secretVersion: keys === null ? null : (delivery.secrets[0]?.version ?? null),
    ...receipt,
    next,
  });
  const fields = {
    event: 'delivery.attempted',
    eventType: delivery.eventType,
    coordinate: delivery.offset === null ? null : `${delivery.partition}:${delivery.offset}`,
    webhookId: delivery.webhookId,
    endpointId: delivery.endpointId,
    merchantId: delivery.merchantId,
    attempt: delivery.attempt,
    triggeredBy: delivery.triggeredBy,
    outcome,
    responseStatus: answer.responseStatus,
    durationMs,
    state: next.state,
    nextDelayMs: next.delayMs,
    recorded,
  };
  // A delivery that went well is told by its receipt and by the metrics; at info it would drown what did not.
  if (outcome === 'delivered' && (recorded === 'moved' || recorded === 'again'))
    context.logger.debug(fields, 'delivered');
  else context.logger.warn(fields, answer.detail ?? outcome);
  if (recorded === 'again') return 0;
  return recorded === 'moved' ? next.delayMs : null;
}

/** A test is one request, answered or not: whoever asked is looking, and asks again. */
function policyOf(context: AttemptContext, delivery: ClaimedDelivery): RetryPolicy {
  return isTest(delivery) ? ONCE : (delivery.retryPolicy ?? context.policy);
}

function tellLost({ logger, metrics }: AttemptContext, { deliveryId, endpointId, leasesLost }: ClaimedDelivery): void {
  metrics.lost();
  const fields = { event: 'delivery.lease_lost', deliveryId, endpointId, leasesLost };
  logger.warn(fields, 'a worker vanished while it sent this; should workers die of it, it is put off');
}

/** Stays red: the key is this process's configuration, so only another start with the right one repairs it. */
function alarmAboutSecret({ keyring, health }: AttemptContext, delivery: ClaimedDelivery): void {
  const keyIds = delivery.secrets.map(({ keyId }) => keyId).join(', ') || 'none';
  const detail = `secret of ${delivery.endpointId} was sealed with key ${keyIds}, this worker has ${keyring.keyId}`;
  health?.set('webhook secrets', 'failing', detail);
}

const SECRET_UNAVAILABLE: Answer = {
  outcome: 'secret_unavailable',
  detail: OUTCOMES.secret_unavailable,
  ...NO_EXCHANGE,
  retryAfterMs: null,
};
