/**
 * Claims what is due and keeps the worker busy. What it has in hand, from the claim until the receipt is committed, is
 * bounded whatever is slow: the endpoints (`concurrency` are being sent) or the database (as many again are answered).
 */
import { type Alarm, type Clock, createAlarm, type Health, type Logger, type Service } from '@northwind/service-kit';
import {
  CLAIM_AGE_MAX_MS,
  CLAIM_PAUSE_MS,
  IN_HAND,
  NEARLY_FULL,
  POLL_MS,
  RATE_CLAIM_MS_MIN,
  RETRY_SHARE,
  STOP_GRACE_MS,
  STOP_RECORD_MS,
} from '../limits.ts';
import type { AttemptJournal } from './attempt-journal.ts';
import type { ClaimedDelivery, ClaimLimits, ClaimResult } from './claim-deliveries.ts';
import { createClaimLoop } from './claim-loop.ts';
import type { Claim } from './release-claims.ts';
import { createSlots, type Slots } from './slots.ts';

/** The engine's name, also in the process's health. */
export const DELIVERIES = 'webhook deliveries';

export interface EngineOptions {
  readonly claim: (limits: ClaimLimits) => Promise<ClaimResult>;
  readonly release: (claims: readonly Claim[]) => Promise<void>;
  /**
   * Makes the attempt, calls `onSent`, records it, and says when the delivery is due again (null: not here). Never
   * rejects.
   */
  readonly attempt: (delivery: ClaimedDelivery, onSent: () => void) => Promise<number | null>;
  /** Cuts off the attempts under way. */
  readonly interrupt: () => void;
  readonly journal: Pick<AttemptJournal, 'giveUpOn' | 'isStuck'>;
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

interface Engine {
  readonly options: EngineOptions;
  readonly slots: Slots;
  readonly alarm: Alarm;
  /** There may be more due than the last claim could take: the next free slot asks again. */
  mayHaveMore: boolean;
  /** More is due for merchants that have as much as they leave free: any free slot makes room for some of it. */
  leftSome: boolean;
}

export function createDeliveryEngine(options: EngineOptions): DeliveryEngine {
  const { clock, concurrency, leaseMs } = options;
  const slots = createSlots(concurrency);
  const alarm = createAlarm(clock);
  const engine: Engine = { options, slots, alarm, mayHaveMore: false, leftSome: false };
  const retriesMax = Math.max(1, Math.floor(concurrency * RETRY_SHARE));
  const claimAgeMaxMs = Math.min(CLAIM_AGE_MAX_MS, leaseMs / 2);
  let lastClaimMs = Number.NEGATIVE_INFINITY;
  let claimMax = concurrency;

  async function claimOnce(isStopping: () => boolean): Promise<boolean> {
    // After an outage leases may be over of which the receipts are here: those first, or the same is sent again.
    if (options.journal.isStuck) throw new Error('nothing is claimed before the receipts are written that wait');
    const slotsFree = concurrency - slots.sending;
    const deliveriesMax = Math.min(claimMax, slotsFree, concurrency * IN_HAND - slots.total);
    const retriesFree = Math.max(0, Math.min(deliveriesMax, retriesMax - slots.retries));
    engine.mayHaveMore = deliveriesMax === 0;
    if (deliveriesMax === 0) return false;
    const pauseMs = deliveriesMax * 2 < concurrency ? CLAIM_PAUSE_MS.busy : CLAIM_PAUSE_MS.least;
    const restMs = lastClaimMs + pauseMs - clock.monotonicMs();
    if (restMs > 0) {
      alarm.ringWithin(restMs);
      return false;
    }
    const askedAtMs = clock.monotonicMs();
    lastClaimMs = askedAtMs;
    const limits = { deliveriesMax, slotsFree, retriesMax: retriesFree, sendingTo: slots.sendingTo, leaseMs };
    const { deliveries, leftSome, putSomeOff } = await options.claim(limits);
    const tookMs = clock.monotonicMs() - askedAtMs;
    const isLate = tookMs > claimAgeMaxMs;
    if (deliveries.length > 0 && (isStopping() || isLate)) await options.release(deliveries);
    claimMax = isLate ? Math.max(1, Math.floor(claimMax / 2)) : Math.min(concurrency, claimMax * 2);
    if (isLate) throw new LateClaimError(tookMs);
    if (isStopping()) return false;
    for (const delivery of deliveries) slots.take(delivery);
    const isFull = deliveries.length === deliveriesMax || slots.sending >= concurrency * NEARLY_FULL;
    engine.mayHaveMore = (leftSome && isFull) || slots.retries >= retriesMax;
    engine.leftSome = leftSome;
    if (putSomeOff) alarm.ring();
    for (const delivery of deliveries) ringForRate(delivery, alarm);
    for (const delivery of deliveries) void work(engine, delivery);
    return deliveries.length > 0;
  }

  const drain = () => drainSlots(slots, options);
  return {
    service: createClaimLoop({ ...options, name: DELIVERIES, claimOnce, alarm, drain }),
    slots,
    isWanting: (endpointId) => engine.mayHaveMore || slots.isCrowded(endpointId),
    wake: () => alarm.ring(),
  };
}

/** What it claimed is given back: its leases might end under way. */
class LateClaimError extends Error {
  constructor(tookMs: number) {
    super(`a claim took ${Math.round(tookMs)} ms: is the database overloaded, or does an old snapshot keep dead rows?`);
    this.name = 'LateClaimError';
  }
}

/** From the claim until the receipt is committed; each slot that it frees may be what something due waits for. */
async function work(engine: Engine, delivery: ClaimedDelivery): Promise<void> {
  const { options, slots, alarm } = engine;
  let isSent = false;
  const onSent = () => {
    if (isSent) return;
    isSent = true;
    const isWanted = engine.mayHaveMore || slots.isMerchantCrowded(delivery.merchantId);
    slots.sent(delivery);
    if (isWanted) alarm.ring();
    else if (engine.leftSome) alarm.ringWithin(CLAIM_PAUSE_MS.busy);
  };
  const dueInMs = await options.attempt(delivery, onSent).catch((error) => tellBroken(options, delivery, error));
  onSent();
  const isWanted = engine.mayHaveMore || slots.isCrowded(delivery.endpointId);
  slots.free(delivery);
  const isDueSoon = dueInMs !== null && dueInMs <= POLL_MS.last;
  if (dueInMs !== null) alarm.ringWithin(dueInMs);
  if (isWanted || isDueSoon || delivery.isOrdered) alarm.ring();
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
