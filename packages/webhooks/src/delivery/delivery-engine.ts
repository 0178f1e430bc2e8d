/**
 * Claims what is due and keeps the worker busy. What it has in hand, from the claim until the receipt is committed, is
 * bounded whatever is slow: the endpoints (`concurrency` are being sent) or the database (as many again are answered).
 */
import { type Alarm, type Clock, createAlarm, type Health, type Logger, type Service } from '@northwind/service-kit';
import {
  CLAIM_AGE_MAX_MS,
  CLAIM_PAUSE_MS,
  IN_HAND,
  POLL_MS,
  RATE_CLAIM_MS_MIN,
  RETRY_SHARE,
  STOP_GRACE_MS,
  STOP_RECORD_MS,
} from '../limits.ts';
import type { AttemptJournal } from './attempt-journal.ts';
import type { ClaimedDelivery, ClaimLimits } from './claim-deliveries.ts';
import { createClaimLoop } from './claim-loop.ts';
import type { Claim } from './release-claims.ts';
import { createSlots, type Slots } from './slots.ts';

/** The engine's name, also in the process's health. */
export const DELIVERIES = 'webhook deliveries';

export interface EngineOptions {
  readonly claim: (limits: ClaimLimits) => Promise<ClaimedDelivery[]>;
  readonly release: (claims: readonly Claim[]) => Promise<void>;
  /**
   * Makes the attempt, calls `onSent`, records it, and says when the delivery is due again (null: not here). Never
   * rejects.
   */
  readonly attempt: (delivery: ClaimedDelivery, onSent: () => void) => Promise<number | null>;
  /** Cuts off the attempts under way. */
  readonly interrupt: () => void;
  readonly journal: Pick<AttemptJournal, 'giveUpOn'>;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health?: Health;
}

export interface DeliveryEngine {
  readonly service: Service;
  readonly slots: Pick<Slots, 'sending'>;
  /** Whether something may be due that only waits for a slot of this worker, or of this endpoint. */
  isWanting(endpointId: string): boolean;
  /** There may be something due. */
  wake(): void;
}

export function createDeliveryEngine(options: EngineOptions): DeliveryEngine {
  const { clock, concurrency, leaseMs } = options;
  const slots = createSlots(concurrency);
  const alarm = createAlarm(clock);
  const retriesMax = Math.max(1, Math.floor(concurrency * RETRY_SHARE));
  const claimAgeMaxMs = Math.min(CLAIM_AGE_MAX_MS, leaseMs / 2);
  // There may be more due than the last claim could take: the next free slot asks again.
  let mayHaveMore = false;
  let lastClaimMs = Number.NEGATIVE_INFINITY;

  const isWanting = (endpointId: string) => mayHaveMore || slots.isCrowded(endpointId);

  async function work(delivery: ClaimedDelivery): Promise<void> {
    let isSent = false;
    const onSent = () => {
      if (isSent) return;
      isSent = true;
      const isWanted = mayHaveMore || slots.isMerchantCrowded(delivery.merchantId);
      slots.sent(delivery);
      if (isWanted) alarm.ring();
    };
    const dueInMs = await options.attempt(delivery, onSent).catch((error) => tellBroken(options, delivery, error));
    onSent();
    const isWanted = isWanting(delivery.endpointId);
    slots.free(delivery);
    const isDueSoon = dueInMs !== null && dueInMs <= POLL_MS.last;
    if (dueInMs !== null) alarm.ringWithin(dueInMs);
    if (isWanted || isDueSoon || delivery.isOrdered) alarm.ring();
  }

  async function claimOnce(isStopping: () => boolean): Promise<boolean> {
    const deliveriesMax = Math.min(concurrency - slots.sending, concurrency * IN_HAND - slots.total);
    const retriesFree = Math.max(0, Math.min(deliveriesMax, retriesMax - slots.retries));
    mayHaveMore = deliveriesMax === 0;
    if (deliveriesMax === 0) return false;
    const pauseMs = deliveriesMax * 2 < concurrency ? CLAIM_PAUSE_MS.busy : CLAIM_PAUSE_MS.least;
    const restMs = lastClaimMs + pauseMs - clock.monotonicMs();
    if (restMs > 0) {
      alarm.ringWithin(restMs);
      return false;
    }
    const askedAtMs = clock.monotonicMs();
    lastClaimMs = askedAtMs;
    const claimed = await options.claim({
      deliveriesMax,
      retriesMax: retriesFree,
      sendingTo: slots.sendingTo,
      leaseMs,
    });
    const isLate = clock.monotonicMs() - askedAtMs > claimAgeMaxMs;
    if (claimed.length > 0 && (isStopping() || isLate)) {
      await options.release(claimed);
      return false;
    }
    for (const delivery of claimed) slots.take(delivery);
    mayHaveMore = claimed.length === deliveriesMax || slots.retries >= retriesMax;
    for (const delivery of claimed) ringForRate(delivery, alarm);
    for (const delivery of claimed) void work(delivery);
    return claimed.length > 0;
  }

  const drain = () => drainSlots(slots, options);
  const service = createClaimLoop({ ...options, name: DELIVERIES, claimOnce, alarm, drain });
  return {
    service,
    slots,
    isWanting,
    wake: () => alarm.ring(),
  };
}

/** The endpoint may have more due by the time its rate lets the next one go. */
function ringForRate({ ratePerSecond }: ClaimedDelivery, alarm: Alarm): void {
  if (ratePerSecond !== null) alarm.ringWithin(Math.max(RATE_CLAIM_MS_MIN, 1_000 / ratePerSecond));
}

/** A bug of ours. The lease ends by itself, and the delivery is sent again. */
function tellBroken({ logger }: EngineOptions, { deliveryId }: ClaimedDelivery, error: unknown): null {
  logger.error({ event: 'attempt.broken', deliveryId, error }, 'an attempt ended without a receipt');
  return null;
}

/** Waits for the attempts under way; cuts off those that take long; lastly gives up on a database that is away. */
async function drainSlots(slots: Slots, { interrupt, journal, clock }: EngineOptions): Promise<void> {
  const empty = new AbortController();
  const giveUp = new AbortController();
  const after = async (ms: number, act: () => void) => {
    await clock.sleep(ms, empty.signal).then(act, () => undefined);
  };
  journal.giveUpOn(giveUp.signal);
  const timers = [after(STOP_GRACE_MS, interrupt), after(STOP_GRACE_MS + STOP_RECORD_MS, () => giveUp.abort())];
  await slots.whenEmpty();
  empty.abort();
  await Promise.all(timers);
}
