/** A worker's attempts from their claims to their committed receipts: how many, of which kind, for whom. */

export interface SlotHolder {
  readonly endpointId: string;
  /** What its endpoint may have in flight. */
  readonly concurrencyMax: number;
  readonly priority: number;
}

export interface Slots {
  readonly total: number;
  readonly retries: number;
  /** Those of them that are being sent; the others are answered and wait for their receipts to be written. */
  readonly sending: number;
  /** Some endpoint has half of what it may have, or more: there may be more due for it than could be claimed. */
  readonly isCrowded: boolean;
  take(holder: SlotHolder): void;
  /** The attempt has ended and its receipt is next. */
  sent(): void;
  free(holder: SlotHolder): void;
  /** Resolves when none is taken. */
  whenEmpty(): Promise<void>;
}

export function createSlots(): Slots {
  const byEndpoint = new Map<string, { readonly own: number; readonly isCrowded: boolean }>();
  let total = 0;
  let retries = 0;
  let sending = 0;
  let crowded = 0;
  let waiters: (() => void)[] = [];

  function count({ endpointId, concurrencyMax, priority }: SlotHolder, step: 1 | -1): void {
    total += step;
    if (priority > 0) retries += step;
    const before = byEndpoint.get(endpointId) ?? { own: 0, isCrowded: false };
    const own = before.own + step;
    const isCrowded = own > 0 && own * 2 >= concurrencyMax;
    crowded += Number(isCrowded) - Number(before.isCrowded);
    if (own > 0) byEndpoint.set(endpointId, { own, isCrowded });
    else byEndpoint.delete(endpointId);
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
    get isCrowded() {
      return crowded > 0;
    },
    take(holder) {
      count(holder, 1);
      sending += 1;
    },
    sent() {
      sending -= 1;
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
