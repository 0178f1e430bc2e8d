import { type Balance, readBalance } from './balance.ts';
import { type Cursor, readCursor } from './coordinate.ts';
import { parseExactJson } from './parse-exact-json.ts';
import { type Payout, readPayout } from './payout.ts';
import { readFields, readList, readText, WireError } from './read-fields.ts';

interface Rows {
  readonly cursor: Cursor;
  readonly balances: readonly Balance[];
  readonly payouts: readonly Payout[];
}

/** What the server says; rows are state, so the last one wins and nothing has to be replayed in order. */
export type StreamMessage =
  | ({ readonly type: 'snapshot' | 'resumed' | 'changes' } & Rows)
  | ({ readonly type: 'reset'; readonly reason: string } & Rows)
  | { readonly type: 'up_to_date'; readonly cursor: Cursor };

export function readStreamMessage(text: string): StreamMessage {
  const fields = readFields(parseExactJson(text), 'message');
  const type = readText(fields, 'type');
  const cursor = readCursor(fields.cursor);
  if (type === 'up_to_date') return { type, cursor };
  const rows = {
    cursor,
    balances: readList(fields, 'balances', readBalance),
    payouts: readList(fields, 'payouts', readPayout),
  };
  if (type === 'reset') return { type, reason: readText(fields, 'reason'), ...rows };
  if (type === 'snapshot' || type === 'resumed' || type === 'changes') return { type, ...rows };
  throw new WireError(`type ${type} is not a stream message`);
}

/** An offset past 2^53 must leave as the integer it is, which JSON.stringify can't write from a bigint. */
export function subscribeMessage(cursor: Cursor | null): string {
  if (cursor === null) return '{"type":"subscribe","cursor":null}';
  const { epoch, partition, offset } = cursor;
  const written = `{"epoch":${JSON.stringify(epoch)},"partition":${partition},"offset":${offset}}`;
  return `{"type":"subscribe","cursor":${written}}`;
}
