/** The log as the ledger-writer sees it. */
import { partitionOf } from '@northwind/events';
import type pg from 'pg';
import { type AppendOutcome, appendEvents, type IncomingEvent } from './append-events.ts';
import { createParameterMemory } from './parameter-memory.ts';
import { type RejectedMessage, rejectMessages } from './reject-messages.ts';

export interface EventLog {
  /** One outcome per input, in input order. All or nothing: when it throws, nothing was appended. */
  append(events: readonly IncomingEvent[]): Promise<AppendOutcome[]>;
  /** Keeps what can't be an event. All or nothing. */
  reject(messages: readonly RejectedMessage[]): Promise<void>;
  partitionCount(): Promise<number>;
}

export function createEventLog({ pool }: { readonly pool: pg.Pool }): EventLog {
  const takeMemory = createParameterMemory();
  let known: number | undefined; // fixed for the life of the log

  async function partitionCount(): Promise<number> {
    if (known === undefined) {
      const { rows } = await pool.query<{ partitions: number }>(
        'select count(*)::int4 as partitions from ledger.partitions',
      );
      known = rows[0]?.partitions ?? 0;
      if (known === 0) throw new Error('ledger.partitions is empty; run: settle migrate');
    }
    return known;
  }

  return {
    partitionCount,
    async append(inputs) {
      const count = await partitionCount();
      const partitions = inputs.map(({ event }) => partitionOf(event.merchantId, count));
      return appendEvents(pool, { inputs, partitions, memory: takeMemory() });
    },
    reject: (messages) => rejectMessages(pool, messages),
  };
}
