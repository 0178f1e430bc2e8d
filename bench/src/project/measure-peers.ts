/** What ours is held against: Emmett's rebuild of one balance, and the two limits, all from the same events. */
import type { Figure } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { withClient } from '../postgres/bench-server.ts';
import { measureEmmettRebuild } from './measure-emmett.ts';
import { measureCursorFold, measureOneStatement } from './measure-limits.ts';
import type { BalanceEvent } from './one-balance.ts';
import type { LogContext, UnreadLog } from './with-log.ts';

const EMMETT = 'Emmett’s rebuild, one balance, 1,000 a batch';
const CURSOR = 'limit: ordered cursor, one balance in Node';
const STATEMENT = 'limit: one SQL statement, one balance';

export interface PeersContext extends LogContext {
  /** Of the log's first events: all of them would take minutes. */
  readonly emmettEvents: number;
}

export async function measurePeers(log: UnreadLog, context: PeersContext): Promise<Figure[]> {
  const { server, progress, emmettEvents } = context;
  const first = await readFirst(log, emmettEvents);
  const told = async (metric: string, measure: () => Promise<number>): Promise<Figure> => {
    collectGarbage();
    const value = await measure();
    progress(`${metric}: ${Math.round(value).toLocaleString('en-US')} events/s`);
    return { metric, value, unit: 'events/s' };
  };
  return [
    await told(CURSOR, () => measureCursorFold(log)),
    await told(STATEMENT, () => measureOneStatement(log)),
    await told(EMMETT, () => measureEmmettRebuild(server, first)),
  ];
}

/** The same figure again beside each peer, so that every target has a row of its own. */
export function compareWithPeers({ value, unit }: Figure): Figure[] {
  return [
    { metric: 'ours ÷ Emmett', value, unit, comparedWith: EMMETT },
    { metric: 'ours ÷ cursor', value, unit, comparedWith: CURSOR },
    { metric: 'ours ÷ statement', value, unit, comparedWith: STATEMENT },
  ];
}

async function readFirst({ url }: UnreadLog, count: number): Promise<BalanceEvent[]> {
  const text = 'select type, data from ledger.events order by recorded_at, partition, "offset" limit $1';
  const { rows } = await withClient(url, (client) => client.query<BalanceEvent>(text, [count]));
  return rows;
}
