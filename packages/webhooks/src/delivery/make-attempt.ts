/** One attempt from its claim to its committed receipt. */
import type { Clock, Health, Logger } from '@northwind/service-kit';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import type { SecretBox } from '../signing/secret-box.ts';
import type { AttemptJournal } from './attempt-journal.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { decideNextStep } from './decide-next-step.ts';
import type { DeliveryMetrics } from './delivery-metrics.ts';
import { OUTCOMES } from './outcome.ts';
import type { RetrySchedule } from './retry-schedule.ts';
import type { Answer, Sender } from './sender.ts';

export interface AttemptContext {
  readonly sender: Pick<Sender, 'send'>;
  readonly secrets: SecretBox;
  readonly journal: Pick<AttemptJournal, 'record'>;
  readonly schedule: RetrySchedule;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly chance: () => number;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
  readonly health: Health | undefined;
}

/** Returns in how many milliseconds the delivery is due again, or null when it isn't. Never rejects. */
export async function makeAttempt(context: AttemptContext, delivery: ClaimedDelivery): Promise<number | null> {
  const { sender, journal, schedule, clock, chance, metrics } = context;
  const startedAt = clock.now();
  const startedMs = clock.monotonicMs();
  const keys = openSecrets(context.secrets, delivery);
  if (keys === null) alarmAboutSecret(context, delivery);
  const answer = keys === null ? SECRET_UNAVAILABLE : await sender.send({ ...delivery, keys });
  const { retryAfterMs, ...receipt } = answer;
  const { outcome } = receipt;
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  const next = decideNextStep({ outcome, retries: delivery.retries, retryAfterMs }, schedule, chance());
  metrics.attempted(outcome, durationMs);
  const recorded = await journal.record({
    deliveryId: delivery.deliveryId,
    endpointId: delivery.endpointId,
    attempt: delivery.attempt,
    scheduledAt: delivery.scheduledAt,
    startedAt,
    finishedAt: clock.now(),
    durationMs,
    secretVersion: keys === null ? null : (delivery.secrets[0]?.version ?? null),
    ...receipt,
    next,
  });
  const fields = {
    event: 'delivery.attempted',
    coordinate: `${delivery.partition}:${delivery.offset}`,
    webhookId: delivery.webhookId,
    endpointId: delivery.endpointId,
    merchantId: delivery.merchantId,
    attempt: delivery.attempt,
    outcome,
    responseStatus: answer.responseStatus,
    durationMs,
    state: next.state,
    nextDelayMs: next.delayMs,
    recorded,
  };
  // A delivery that went well is told by its receipt and by the metrics; at info it would drown what did not.
  if (outcome === 'delivered' && recorded === 'moved') context.logger.debug(fields, 'delivered');
  else context.logger.warn(fields, answer.detail ?? outcome);
  return recorded === 'moved' ? next.delayMs : null;
}

/** The keys to sign with, or null when one can't be read: a message signed by half would fail at the merchant. */
function openSecrets(box: SecretBox, { endpointId, secrets }: ClaimedDelivery): Buffer[] | null {
  const keys = secrets.map(({ version, keyId, ciphertext }) =>
    box.open({ keyId, ciphertext: Buffer.from(ciphertext, 'base64') }, { endpointId, version }),
  );
  const readable = keys.filter((key) => key !== null);
  return readable.length === keys.length && keys.length > 0 ? readable : null;
}

/** Stays red: the key is this process's configuration, so only another start with the right one repairs it. */
function alarmAboutSecret({ secrets, health }: AttemptContext, delivery: ClaimedDelivery): void {
  const keyIds = delivery.secrets.map(({ keyId }) => keyId).join(', ') || 'none';
  const detail = `secret of ${delivery.endpointId} was sealed with key ${keyIds}, this worker has ${secrets.keyId}`;
  health?.set('webhook secrets', 'failing', detail);
}

const SECRET_UNAVAILABLE: Answer = {
  outcome: 'secret_unavailable',
  detail: OUTCOMES.secret_unavailable,
  ...NO_EXCHANGE,
  retryAfterMs: null,
};
