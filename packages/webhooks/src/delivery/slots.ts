/** A worker's attempts under way: how many, of which kind, and for whom. */

export interface SlotHolder {
  readonly endpointId: string;
  readonly priority: number;
}

export interface Slots {
  readonly total: number;
  readonly retries: number;
  of(endpointId: string): number;
  take(holder: SlotHolder): void;
  free(holder: SlotHolder): void;
  /** Resolves when none is taken. */
  whenEmpty(): Promise<void>;
}

export function createSlots(): Slots {
  const byEndpoint = new Map<string, number>();
  let total = 0;
  let retries = 0;
  let waiters: (() => void)[] = [];

  function count({ endpointId, priority }: SlotHolder, step: 1 | -1): void {
    total += step;
    if (priority > 0) retries += step;
    const own = (byEndpoint.get(endpointId) ?? 0) + step;
    if (own > 0) byEndpoint.set(endpointId, own);
    else byEndpoint.delete(endpointId);
  }

  return {
    get total() {
      return total;
    },
    get retries() {
      return retries;
    },
    of: (endpointId) => byEndpoint.get(endpointId) ?? 0,
    take: (holder) => count(holder, 1),
    free(holder) {
      count(holder, -1);
      if (total > 0) return;
      for (const resolve of waiters) resolve();
      waiters = [];
    },
    whenEmpty: () => (total === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  };
}
