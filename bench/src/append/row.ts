/** One row of the append's table: a way of storing the workload, measured on a database of its own. */
import type { BenchServer } from '../postgres/bench-server.ts';
import type { PlacedEvent } from './place-events.ts';

export interface Setting extends Load {
  readonly server: BenchServer;
  /** Name of a migrated, empty database. */
  readonly migrated: string;
}

/** What is stored, and for how long. */
export interface Load {
  readonly events: readonly PlacedEvent[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly signal: AbortSignal;
}

/** Events a second. Throws VoidRun when what is stored afterwards is not what was sent. */
export type Measure = (setting: Setting) => Promise<number>;

/** What one connection sends at once. */
export const BATCH_SIZE = 1_000;

/** Hands out the next `size` events, and fewer at the end. */
export function inBatches(events: readonly PlacedEvent[]): (size: number) => PlacedEvent[] {
  let next = 0;
  return (size) => {
    const batch = events.slice(next, next + size);
    next += batch.length;
    return batch;
  };
}
