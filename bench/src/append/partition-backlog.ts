/**
 * Arrived events that wait for an append, per partition, bounded. Whoever is free takes the fullest partitions that
 * nobody else holds: so appends at the same time never wait for one another's heads, and a partition's order holds.
 */
export class PartitionBacklog<Item extends { readonly partition: number }> {
  readonly #arrivals: Iterator<Item>;
  readonly #waitingMax: number;
  readonly #queues: Item[][];
  readonly #held = new Set<number>();
  #waiting = 0;
  #ended = false;
  #released = Promise.withResolvers<void>();

  constructor(arrivals: Iterable<Item>, { partitions, waitingMax }: { partitions: number; waitingMax: number }) {
    this.#arrivals = arrivals[Symbol.iterator]();
    this.#waitingMax = waitingMax;
    this.#queues = Array.from({ length: partitions }, () => []);
  }

  /** Up to `max` events, in arrival order within each partition. Their partitions are held until `release`. */
  take(max: number): Item[] {
    this.#fill();
    const free = this.#queues.map((_, partition) => partition).filter((partition) => !this.#held.has(partition));
    const fullestFirst = free.sort((a, b) => this.#length(b) - this.#length(a));
    const taken: Item[] = [];
    for (const partition of fullestFirst) {
      if (taken.length === max || this.#length(partition) === 0) break;
      taken.push(...(this.#queues[partition]?.splice(0, max - taken.length) ?? []));
      this.#held.add(partition);
    }
    this.#waiting -= taken.length;
    return taken;
  }

  release(taken: readonly Item[]): void {
    for (const { partition } of taken) this.#held.delete(partition);
    this.#released.resolve();
    this.#released = Promise.withResolvers<void>();
  }

  /** As `take`, but waits while all that there is belongs to others; nothing when the arrivals have ended. */
  async takeWhenFree(max: number): Promise<Item[]> {
    for (;;) {
      const taken = this.take(max);
      if (taken.length > 0 || (this.#ended && this.#waiting === 0)) return taken;
      await this.#released.promise;
    }
  }

  #length(partition: number): number {
    return this.#queues[partition]?.length ?? 0;
  }

  #fill(): void {
    while (this.#waiting < this.#waitingMax) {
      const next = this.#arrivals.next();
      if (next.done) {
        this.#ended = true;
        return;
      }
      this.#queues[next.value.partition]?.push(next.value);
      this.#waiting += 1;
    }
  }
}
