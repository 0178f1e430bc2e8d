/** What is due, ordered by time; what is due at the same time in an order that the seed decides. A binary heap. */
export interface AgendaEntry {
  readonly atMs: number;
  /** Decides between entries of the same time. */
  readonly lot: number;
  cancelled: boolean;
  readonly run: () => void;
}

export interface Agenda {
  add(entry: AgendaEntry): void;
  /** Takes out the next entry that was not cancelled. */
  next(): AgendaEntry | undefined;
}

export function createAgenda(): Agenda {
  const heap: AgendaEntry[] = [];

  const isBefore = (one: AgendaEntry, other: AgendaEntry) =>
    one.atMs < other.atMs || (one.atMs === other.atMs && one.lot < other.lot);

  function add(entry: AgendaEntry): void {
    let hole = heap.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[hole] = parent;
      hole = above;
    }
    heap[hole] = entry;
  }

  function take(): AgendaEntry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, left)) below += 1;
      const least = heap[below];
      if (least === undefined || !isBefore(least, last)) break;
      heap[hole] = least;
      hole = below;
    }
    heap[hole] = last;
    return first;
  }

  function next(): AgendaEntry | undefined {
    let entry = take();
    while (entry?.cancelled) entry = take();
    return entry;
  }

  return { add, next };
}
