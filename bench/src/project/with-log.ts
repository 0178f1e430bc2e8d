/** Fills the log that a benchmark catches up with. */
import type { RunContext } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { type BenchServer, withClient } from '../postgres/bench-server.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import type { MerchantShares } from '../workload/merchant-shares.ts';

export interface LogContext extends Pick<RunContext, 'signal' | 'progress'> {
  readonly server: BenchServer;
  /** Name of a migrated, empty database. */
  readonly migrated: string;
}

/** A log that no projector has seen, in a database of its own. */
export interface UnreadLog {
  readonly url: string;
  /** How many it has. */
  readonly events: number;
  readonly signal: AbortSignal;
}

export interface LogShape {
  readonly events: number;
  readonly shares: MerchantShares;
}

export function withLog<T>(
  { events, shares }: LogShape,
  { server, migrated, signal, progress }: LogContext,
  use: (log: UnreadLog) => Promise<T>,
): Promise<T> {
  progress(`filling a log with ${events.toLocaleString('en-US')} events`);
  return server.withDatabase(async (url) => {
    await withClient(url, (client) => fillMixedLog(client, { count: events, shares, signal }));
    collectGarbage();
    return use({ url, events, signal });
  }, migrated);
}
