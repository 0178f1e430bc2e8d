/**
 * What a history is about: how large everything is and what goes wrong how often. Each seed draws its own, and leaves
 * whole kinds of faults out, because faults of all kinds at once hide one another.
 */
import { type Chance, seededChance } from '@northwind/testing/simulation';
import type { Defect } from './defects.ts';

export interface Plan {
  readonly seed: number;
  readonly queue: 'standard' | 'fifo';
  readonly partitions: number;
  readonly merchants: number;
  readonly messages: number;
  readonly writers: number;
  readonly consumers: number;
  readonly groups: number;
  readonly receivers: number;
  readonly appendsMax: number;
  readonly batchSizeMax: number;
  readonly flushMs: number;
  readonly inHandMax: number;
  readonly visibilitySeconds: number;
  /** How long producers send, and how long things go wrong. */
  readonly sendingMs: number;
  readonly faultsMs: number;
  readonly traffic: TrafficShares;
  readonly faults: FaultRates;
  /** Kill the process whose await is the nth of the history. */
  readonly killAtAwait: number | null;
  readonly defect: Defect | null;
}

/** Probabilities by message. */
export interface TrafficShares {
  readonly duplicate: number;
  readonly conflict: number;
  readonly otherMerchant: number;
  readonly malformed: number;
  readonly refusedByLog: number;
}

/** Probabilities by call or await unless said otherwise; 0 in a history that goes without. */
export interface FaultRates {
  readonly kill: number;
  readonly killsMax: number;
  /** Number of times in the history. */
  readonly stalls: number;
  readonly outages: number;
  readonly longOutages: number;
  /** Longer than the queue lets anybody hold a message. */
  readonly halfDayOutages: number;
  readonly gracefulStops: number;
  /** The database goes away while it commits. */
  readonly outageAtCommit: number;
  readonly slowTransactions: number;
  readonly queueRefused: number;
  readonly queueRequestLost: number;
  readonly queueAnswerLost: number;
  readonly queuePartialFailure: number;
  readonly queueDuplicate: number;
  readonly queueReordered: boolean;
  readonly commitAnswerLost: number;
  readonly databaseRefused: number;
  readonly doorbellLost: number;
  readonly sendAnswerLost: number;
}

export interface PlanOverrides {
  readonly killAtAwait?: number;
  readonly isCalm?: boolean;
  readonly defect?: Defect;
}

export function drawPlan(seed: number, overrides: PlanOverrides = {}): Plan {
  const chance = seededChance(seed ^ 0x5eed);
  // Consumers poll all the time, so histories with some of them are short.
  const isWhole = chance.happens(0.4);
  const sendingMs = chance.pick(isWhole ? [50, 500, 5_000] : [50, 500, 5_000, 60_000, 400_000]);
  const messages = chance.pick([5, 15, 30, 60]);
  return {
    seed,
    queue: chance.happens(0.5) ? 'fifo' : 'standard',
    partitions: chance.pick([1, 2, 4, 16]),
    merchants: chance.pick([1, 2, 5, 20]),
    messages,
    writers: chance.between(1, 3),
    consumers: isWhole ? chance.between(1, 4) : 0,
    groups: chance.between(1, 2),
    receivers: chance.between(1, 4),
    appendsMax: chance.pick([1, 2, 4]),
    batchSizeMax: chance.pick([1, 3, 10, 100]),
    flushMs: chance.pick([0, 5, 50]),
    inHandMax: chance.pick([10, 20, 40, 200]),
    visibilitySeconds: isWhole ? 30 : chance.pick([30, 60]),
    sendingMs,
    faultsMs: sendingMs + chance.pick(isWhole ? [1_000, 20_000] : [1_000, 60_000, 200_000]),
    traffic: drawTraffic(chance),
    faults: overrides.isCalm ? CALM : drawFaults(chance, isWhole),
    killAtAwait: overrides.killAtAwait ?? null,
    defect: overrides.defect ?? null,
  };
}

/** Nothing goes wrong. For walking the awaits of a history one by one. */
const CALM: FaultRates = {
  kill: 0,
  killsMax: 1,
  stalls: 0,
  outages: 0,
  longOutages: 0,
  halfDayOutages: 0,
  gracefulStops: 0,
  outageAtCommit: 0,
  slowTransactions: 0,
  queueRefused: 0,
  queueRequestLost: 0,
  queueAnswerLost: 0,
  queuePartialFailure: 0,
  queueDuplicate: 0,
  queueReordered: false,
  commitAnswerLost: 0,
  databaseRefused: 0,
  doorbellLost: 0,
  sendAnswerLost: 0,
};

function drawTraffic(chance: Chance): TrafficShares {
  const share = (most: number) => (chance.happens(0.5) ? chance.unit() * most : 0);
  return {
    duplicate: share(0.5),
    conflict: share(0.2),
    otherMerchant: share(0.2),
    malformed: share(0.2),
    refusedByLog: share(0.1),
  };
}

function drawFaults(chance: Chance, isWhole: boolean): FaultRates {
  const rate = (...rates: readonly number[]) => (chance.happens(0.5) ? chance.pick(rates) : 0);
  return {
    kill: rate(0.002, 0.01, 0.05),
    killsMax: 12,
    stalls: rate(1, 2, 4),
    outages: rate(1, 3),
    longOutages: !isWhole && chance.happens(0.2) ? 1 : 0,
    halfDayOutages: !isWhole && chance.happens(0.001) ? 1 : 0,
    gracefulStops: rate(1, 3),
    outageAtCommit: rate(0.005, 0.03),
    slowTransactions: rate(0.02, 0.2),
    queueRefused: rate(0.01, 0.1),
    queueRequestLost: rate(0.01, 0.05),
    queueAnswerLost: rate(0.01, 0.1),
    queuePartialFailure: rate(0.02, 0.3),
    queueDuplicate: rate(0.02, 0.2),
    queueReordered: chance.happens(0.7),
    commitAnswerLost: rate(0.02, 0.2),
    databaseRefused: rate(0.02, 0.1),
    doorbellLost: rate(0.1, 1),
    sendAnswerLost: rate(0.05, 0.2),
  };
}
