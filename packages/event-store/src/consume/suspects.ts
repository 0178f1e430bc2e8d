/**
 * Finds the event that can't be applied without holding up anything else.
 *
 * A batch that fails makes each of its partitions a suspect. A suspect is consumed alone; each failure halves how many
 * events it may take, each success doubles it, and one that grows back to full size is cleared. A suspect that fails
 * with a single event has found the poison: everything before it is committed, the partition is to be stopped there.
 */
export interface Suspects {
  /** The partition to try alone next, with how many items; none when there is no suspect. */
  next(): { readonly partition: number; readonly itemsMax: number } | undefined;
  partitions(): readonly number[];
  /** A batch of these partitions threw. Returns the partition whose next event is poison, once that is certain. */
  failed(partitions: readonly number[], itemCount: number): number | undefined;
  succeeded(partition: number): void;
  /** Forget it: it was stopped, or it had nothing to consume. */
  clear(partition: number): void;
}

export function createSuspects(itemsMax: number): Suspects {
  const limits = new Map<number, number>();
  return {
    next() {
      for (const [partition, limit] of limits) return { partition, itemsMax: limit };
      return undefined;
    },
    partitions: () => [...limits.keys()],
    failed(partitions, itemCount) {
      const [only] = partitions;
      if (partitions.length === 1 && only !== undefined && itemCount <= 1) return only;
      for (const partition of partitions) limits.set(partition, Math.max(1, Math.floor(itemCount / 2)));
      return undefined;
    },
    succeeded(partition) {
      const limit = limits.get(partition);
      if (limit === undefined) return;
      limits.delete(partition); // to the end of the line, so that suspects take turns
      if (limit * 2 < itemsMax) limits.set(partition, limit * 2);
    },
    clear(partition) {
      limits.delete(partition);
    },
  };
}
