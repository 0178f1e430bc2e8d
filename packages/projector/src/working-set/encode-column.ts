/** A column of rows as one binary array: what a statement takes them in. */
import {
  dateArray,
  type EncodeArray,
  int2Array,
  int4Array,
  int8Array,
  jsonbArray,
  newMemory,
  stringify,
  textArray,
  timestamptzArray,
} from '@northwind/service-kit';
import type { SqlType } from './table.ts';

const toJson: EncodeArray<unknown> = (items, pick, memory) =>
  jsonbArray(items, (item) => stringify(pick(item)), memory);

const ENCODE = {
  int2: int2Array,
  int4: int4Array,
  int8: int8Array,
  text: textArray,
  timestamptz: timestamptzArray,
  date: dateArray,
  jsonb: toJson,
} as const satisfies Record<SqlType, unknown>;

/** Of the value that `pick` takes from each item. */
export function encodeColumn<Item>(type: SqlType, items: readonly Item[], pick: (item: Item) => unknown): Buffer {
  return (ENCODE[type] as EncodeArray<unknown>)(items, pick, newMemory);
}
