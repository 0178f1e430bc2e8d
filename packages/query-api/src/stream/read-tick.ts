/** What one tick of the tail reads and how it is cut into events, one for each merchant with changes. */
import { partitionOf } from '@northwind/events';
import { type Changes, type ReadPosition, readChanges, readPosition } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';
import { describeBalance } from '../shapes/describe-balance.ts';
import { describePayout } from '../shapes/describe-payout.ts';
import type { MerchantChanges, StreamEvent } from './bus.ts';
import type { TailReader } from './tail.ts';
import { writeMessage } from './write-message.ts';

/** A tick that finds more than this in all lets the sockets read for themselves, each its own merchant's. */
const TICK_PAYOUTS_MAX = 5_000;
/** One merchant's share of a message. */
const MERCHANT_PAYOUTS_MAX = 500;

export function createTailReader(db: Kysely<ReadTables>): TailReader {
  return {
    readPosition: () => readPosition(db),
    readTick: async (merchantIds, from) => {
      const changes = await readChanges(db, { merchantIds, from: from.offsets, payoutsMax: TICK_PAYOUTS_MAX });
      return { position: changes.position, events: cutIntoEvents(merchantIds, from, changes) };
    },
  };
}

export function cutIntoEvents(
  merchantIds: readonly string[],
  from: ReadPosition,
  { position, balances, payouts, truncated }: Changes,
): Map<string, StreamEvent> {
  if (truncated) return new Map(merchantIds.map((merchantId) => [merchantId, { kind: 'overrun' }]));
  const balancesOf = Map.groupBy(balances, ({ merchantId }) => merchantId);
  const payoutsOf = Map.groupBy(payouts, ({ merchantId }) => merchantId);
  const events = new Map<string, StreamEvent>();
  for (const merchantId of new Set([...balancesOf.keys(), ...payoutsOf.keys()])) {
    const partition = partitionOf(merchantId, position.offsets.size);
    const changedPayouts = payoutsOf.get(merchantId) ?? [];
    if (changedPayouts.length > MERCHANT_PAYOUTS_MAX) {
      events.set(merchantId, { kind: 'overrun' });
      continue;
    }
    const rows = {
      cursor: { epoch: position.epoch, partition, offset: position.offsets.get(partition) ?? -1n },
      balances: (balancesOf.get(merchantId) ?? []).map(describeBalance),
      payouts: changedPayouts.map(describePayout),
    };
    events.set(merchantId, changesEvent(from.offsets.get(partition) ?? -1n, rows));
  }
  return events;
}

export function changesEvent(
  fromOffset: bigint,
  rows: Pick<MerchantChanges, 'cursor' | 'balances' | 'payouts'>,
): MerchantChanges {
  let text: string | undefined;
  return {
    kind: 'changes',
    fromOffset,
    ...rows,
    text: () => {
      const { cursor, balances, payouts } = rows;
      text ??= writeMessage({ type: 'changes', cursor, balances: [...balances], payouts: [...payouts] });
      return text;
    },
  };
}
