/** How a log's events are shared among its merchants. */
import { partitionOf } from '@northwind/events';
import { merchantName } from './payment-stream.ts';
import { skewBounds } from './skewed-choice.ts';

export interface MerchantShares {
  readonly merchants: readonly string[];
  /** Of each merchant. */
  readonly partitions: readonly number[];
  /** Where in [0, 1) the share of each but the last ends, ascending. */
  readonly bounds: readonly number[];
}

const PARTITIONS = 16;

/** The k-th in proportion to 1/k. */
export function skewedShares(count: number): MerchantShares {
  return sharesOf(count, skewBounds(count));
}

export function uniformShares(count: number): MerchantShares {
  return hotShares(count, 1 / count);
}

/** The first has `share` of all events, the others have equal parts of the rest. */
export function hotShares(count: number, share: number): MerchantShares {
  const bounds = Array.from({ length: count - 1 }, (_, k) => share + (k * (1 - share)) / (count - 1));
  return sharesOf(count, bounds);
}

function sharesOf(count: number, bounds: readonly number[]): MerchantShares {
  const merchants = Array.from({ length: count }, (_, n) => merchantName(n));
  return { merchants, partitions: merchants.map((merchant) => partitionOf(merchant, PARTITIONS)), bounds };
}
