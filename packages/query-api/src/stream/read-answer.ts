/** The one message that answers a cursor, and the resets: each read in one snapshot with the cursor it carries. */

import { partitionOf } from '@northwind/events';
import { type ReadPosition, readChanges, readMerchantSnapshot } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';
import { describeBalance } from '../shapes/describe-balance.ts';
import { describePayout } from '../shapes/describe-payout.ts';
import type { Cursor, ResetReason, ServerMessage } from './protocol.ts';

export type Want =
  | { readonly kind: 'snapshot' }
  /** The client says where it was. */
  | { readonly kind: 'resume'; readonly cursor: Cursor }
  /** A live socket has missed changes and reads them itself. */
  | { readonly kind: 'catch_up'; readonly cursor: Cursor }
  | { readonly kind: 'reset'; readonly reason: ResetReason };

export type ReadAnswer = (merchantId: string, want: Want) => Promise<ServerMessage>;

/** What a snapshot shows; the rest is a list of pages. */
export const SNAPSHOT_PAYOUTS_MAX = 50;
/** Who has missed more than this is better off with a snapshot; it also bounds one message to some 400 kB. */
export const REPLAYED_PAYOUTS_MAX = 500;

export function createAnswerReader(db: Kysely<ReadTables>): ReadAnswer {
  return async (merchantId, want) => {
    if (want.kind === 'snapshot') return { type: 'snapshot', ...(await readRows(db, merchantId)) };
    if (want.kind === 'reset') return { type: 'reset', reason: want.reason, ...(await readRows(db, merchantId)) };

    const { cursor } = want;
    const from = new Map([[cursor.partition, cursor.offset]]);
    const changed = await readChanges(db, { merchantIds: [merchantId], from, payoutsMax: REPLAYED_PAYOUTS_MAX });
    const reason = changed.truncated ? 'too_slow' : null;
    const refused = judgeCursor(cursor, changed.position, merchantId) ?? reason;
    if (refused) return { type: 'reset', reason: refused, ...(await readRows(db, merchantId)) };

    const reached: Cursor = { ...cursor, offset: changed.position.offsets.get(cursor.partition) ?? cursor.offset };
    const balances = changed.balances.map(describeBalance);
    const payouts = changed.payouts.map(describePayout);
    if (want.kind === 'catch_up') return { type: 'changes', cursor: reached, balances, payouts };
    if (balances.length === 0 && payouts.length === 0) return { type: 'up_to_date', cursor: reached };
    return { type: 'resumed', cursor: reached, balances, payouts };
  };
}

/** Why a cursor can't be continued, or null when it can. A cursor of another partition is of another numbering. */
export function judgeCursor(cursor: Cursor, position: ReadPosition, merchantId: string): ResetReason | null {
  if (cursor.epoch !== position.epoch) return 'epoch_changed';
  if (cursor.partition !== partitionOf(merchantId, position.offsets.size)) return 'epoch_changed';
  return cursor.offset > (position.offsets.get(cursor.partition) ?? -1n) ? 'cursor_ahead' : null;
}

async function readRows(db: Kysely<ReadTables>, merchantId: string) {
  const { asOf, balances, payouts } = await readMerchantSnapshot(db, { merchantId, payoutsMax: SNAPSHOT_PAYOUTS_MAX });
  return { cursor: asOf, balances: balances.map(describeBalance), payouts: payouts.map(describePayout) };
}
