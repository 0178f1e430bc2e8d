/** A projector in a process of its own, as `settle projector` starts it. */
import { systemClock } from '@northwind/service-kit';
import { withClient } from '../postgres/bench-server.ts';
import { type Child, runChild } from '../writer/run-child.ts';

const PROGRAM = new URL('./projector-process.ts', import.meta.url);
const WATCH_MS = 100;

const LAG = `
  select sum(p.next_offset - coalesce(o.next_offset, 0)) as lag
  from read.generations g cross join ledger.partitions p
  left join ledger.consumer_offsets o on o.consumer_group = g.consumer_group and o.partition = p.partition
  where g.status = 'active'`;

/** Resolves when the active generation has applied the whole log. */
export async function startProjector(url: string, signal: AbortSignal): Promise<Child> {
  const projector = runChild(PROGRAM, { DATABASE_URL: url });
  try {
    await whenCaughtUp(url, signal);
    return projector;
  } catch (error) {
    await projector[Symbol.asyncDispose]();
    throw error;
  }
}

/** Resolves when the active generation has applied the whole log. */
export async function whenCaughtUp(url: string, signal: AbortSignal): Promise<void> {
  await withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ lag: string }>(LAG);
      if (Number(rows[0]?.lag) === 0) return;
      await systemClock.sleep(WATCH_MS, signal);
    }
  });
}
