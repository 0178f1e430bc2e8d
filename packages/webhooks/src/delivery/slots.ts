/** A worker's attempts from their claims to their committed receipts: how many, of which kind, for whom. */

export interface SlotHolder {
  readonly endpointId: string;
  readonly merchantId: string;
  /** What its endpoint may have in flight. */
  readonly concurrencyMax: number;
  readonly priority: number;
}

export interface Slots {
  readonly total: number;
  readonly retries: number;
  /** Those of them that are being sent; the others are answered and wait for their receipts to be written. */
  readonly sending: number;
  /** The same, by merchant. */
  readonly sendingTo: ReadonlyMap<string, number>;
  /** The endpoint has about half of what it may have, or more: more may be due for it than could be claimed. */
  isCrowded(endpointId: string): boolean;
  /** So has the merchant. */
  isMerchantCrowded(merchantId: string): boolean;
  take(holder: SlotHolder): void;
  /** The attempt has ended and its receipt is next. */
  sent(holder: SlotHolder): void;
  free(holder: SlotHolder): void;
  /** Resolves when none is taken. */
  whenEmpty(): Promise<void>;
}

/** `concurrency`: how many may be sending; a merchant may have as many of them as it leaves free. */
export function createSlots(concurrency: number): Slots {
  const byEndpoint = new Map<string, { readonly own: number; readonly max: number }>();
  const sendingTo = new Map<string, number>();
  let total = 0;
  let retries = 0;
  let sending = 0;
  let waiters: (() => void)[] = [];

  function count({ endpointId, concurrencyMax, priority }: SlotHolder, step: 1 | -1): void {
    total += step;
    if (priority > 0) retries += step;
    const own = (byEndpoint.get(endpointId)?.own ?? 0) + step;
    if (own > 0) byEndpoint.set(endpointId, { own, max: concurrencyMax });
    else byEndpoint.delete(endpointId);
  }

  function countSending({ merchantId }: SlotHolder, step: 1 | -1): void {
    sending += step;
    const own = (sendingTo.get(merchantId) ?? 0) + step;
    if (own > 0) sendingTo.set(merchantId, own);
    else sendingTo.delete(merchantId);
  }

  return {
    get total() {
      return total;
    },
    get retries() {
      return retries;
    },
    get sending() {
      return sending;
    },
    sendingTo,
    isCrowded(endpointId) {
      const held = byEndpoint.get(endpointId);
      return held !== undefined && held.own * 2 >= held.max - 1;
    },
    isMerchantCrowded: (merchantId) => (sendingTo.get(merchantId) ?? 0) * 2 >= concurrency - sending,
    take(holder) {
      count(holder, 1);
      countSending(holder, 1);
    },
    sent(holder) {
      countSending(holder, -1);
    },
    free(holder) {
      count(holder, -1);
      if (total > 0) return;
      for (const resolve of waiters) resolve();
      waiters = [];
    },
    whenEmpty: () => (total === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
