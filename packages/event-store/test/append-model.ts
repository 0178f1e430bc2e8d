/**
 * What an append is to do, said again in TypeScript without SQL: a map from key to the event that holds it, a head per
 * partition. Batches are taken one after the other; whatever runs at once must look as if it had been.
 */
import { partitionOf } from '@northwind/events';
import type { AppendOutcome, IncomingEvent } from '../src/index.ts';

export interface ModelEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  readonly amount: number;
  readonly messageId: string | null;
}

export interface ModelConflict {
  readonly key: string;
  readonly fields: readonly string[];
  readonly firstPartition: number;
  readonly firstOffset: bigint;
  readonly firstAmount: number;
  readonly amount: number;
  readonly messageId: string | null;
  readonly seen: number;
}

export interface Tally {
  readonly messages: number;
  readonly amountMinor: number;
}

export interface AppendModel {
  /** In input order: the first of a key is appended, the same body again is a duplicate, another body a conflict. */
  append(batch: readonly IncomingEvent[]): AppendOutcome[];
  copy(): AppendModel;
  head(partition: number): bigint;
  readonly events: ReadonlyMap<string, ModelEvent>;
  /** By key and body. */
  readonly conflicts: ReadonlyMap<string, ModelConflict>;
  readonly tallies: ReadonlyMap<AppendOutcome['kind'], Tally>;
}

interface ModelState {
  readonly partitions: number;
  readonly heads: Map<number, bigint>;
  readonly events: Map<string, ModelEvent>;
  readonly conflicts: Map<string, ModelConflict>;
  readonly tallies: Map<AppendOutcome['kind'], Tally>;
}

export function createAppendModel(partitions: number): AppendModel {
  return modelOf({ partitions, heads: new Map(), events: new Map(), conflicts: new Map(), tallies: new Map() });
}

function modelOf(state: ModelState): AppendModel {
  const { partitions, heads, events, conflicts, tallies } = state;
  const head = (partition: number) => heads.get(partition) ?? 0n;

  function judge({ event, messageId }: IncomingEvent): AppendOutcome {
    const { merchantId, idempotencyKey } = event;
    const amount = amountOf(event);
    const first = events.get(idempotencyKey);
    if (!first) {
      const partition = partitionOf(merchantId, partitions);
      const offset = head(partition);
      heads.set(partition, offset + 1n);
      events.set(idempotencyKey, { partition, offset, merchantId, amount, messageId });
      return { kind: 'appended', partition, offset };
    }
    const { partition, offset } = first;
    const fields = [
      ...(first.amount === amount ? [] : ['data.amount']),
      ...(first.merchantId === merchantId ? [] : ['data.merchantId']),
    ];
    if (fields.length === 0) return { kind: 'duplicate', partition, offset };
    const body = `${idempotencyKey} ${merchantId} ${amount}`;
    const known = conflicts.get(body);
    const at = { firstPartition: partition, firstOffset: offset, firstAmount: first.amount };
    const kept = known ?? { key: idempotencyKey, fields, ...at, amount, messageId, seen: 0 };
    conflicts.set(body, { ...kept, seen: kept.seen + 1 });
    return { kind: 'conflict', partition, offset, fields };
  }

  return {
    events,
    conflicts,
    tallies,
    head,
    append: (batch) =>
      batch.map((input) => {
        const outcome = judge(input);
        const { messages, amountMinor } = tallies.get(outcome.kind) ?? { messages: 0, amountMinor: 0 };
        tallies.set(outcome.kind, { messages: messages + 1, amountMinor: amountMinor + amountOf(input.event) });
        return outcome;
      }),
    copy: () =>
      modelOf({
        partitions,
        heads: new Map(heads),
        events: new Map(events),
        conflicts: new Map(conflicts),
        tallies: new Map(tallies),
      }),
  };
}

const amountOf = (event: IncomingEvent['event']) => Number(event.money?.amountMinor ?? 0n);
