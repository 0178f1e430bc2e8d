import type { Break } from './break.ts';

const REPEATS = 'packages/event-store/migrations/0012_append_with_one_scan.sql';
const JUDGE = 'packages/event-store/migrations/0007_append_in_one_stream.sql';
const EVENTS = 'packages/event-store/migrations/0001_events.sql';
const CALL = 'packages/event-store/src/append/append-events.ts';
const ENCODE = 'packages/service-kit/src/database/encode-arrays.ts';

export const IDEMPOTENCY_BREAKS: readonly Break[] = [
  {
    promise: 'I1',
    note: 'a key is unique within its partition only',
    file: EVENTS,
    find: 'unique (idempotency_key)',
    replace: 'unique (idempotency_key, partition)',
    shows: 'to deeply equal',
  },
  {
    promise: 'I1',
    note: 'a key twice in a batch is taken for two fresh ones',
    file: REPEATS,
    find: 'where i.is_seen or i.nth > 1\n',
    replace: 'where i.is_seen\n',
    shows: 'Property failed',
  },
  {
    promise: 'I1',
    note: 'keys of earlier batches are not looked up',
    file: REPEATS,
    find: 'where i.is_seen or i.nth > 1\n',
    replace: 'where i.nth > 1\n',
    shows: 'Property failed',
  },
  {
    promise: 'I2',
    note: 'the loser of a race is not made again',
    file: CALL,
    find: 'if (attempt === TRIES_MAX || !isRaceLost(error)) throw error;',
    replace: 'throw error;',
    shows: 'events_idempotency_key_unique',
  },
  {
    promise: 'I2',
    note: 'the index lets one key into two partitions',
    file: EVENTS,
    find: 'unique (idempotency_key)',
    replace: 'unique (idempotency_key, partition)',
    shows: 'to deeply equal',
  },
  {
    promise: 'I3',
    note: 'fingerprints are not compared: any repeat is a duplicate',
    file: JUDGE,
    find: `when i.fingerprint = e.fingerprint then 'duplicate' else 'conflict' end`,
    replace: `else 'duplicate' end`,
    shows: 'to deeply equal',
  },
  {
    promise: 'I3',
    note: 'a duplicate is told the head, not the place of the first',
    file: JUDGE,
    find: 'array_agg(coalesce(i.new_offset, e."offset") order by i.position)',
    replace: 'array_agg(coalesce(i.new_offset, (select count(*) from ledger.events)) order by i.position)',
    shows: 'to deeply equal',
  },
  {
    promise: 'I4',
    note: 'the body that came first is not kept with the conflict',
    file: JUDGE,
    find: 'i.occurred_at, e.data, i.data, i.message_id',
    replace: 'i.occurred_at, i.data, i.data, i.message_id',
    shows: 'to match object',
  },
  {
    promise: 'I4',
    note: 'a conflict that comes again is not counted',
    file: JUDGE,
    find: 'do update set seen = c.seen + excluded.seen',
    replace: 'do nothing',
    shows: 'to match object',
  },
  {
    promise: 'I4',
    note: 'only fields that both bodies share are compared',
    file: 'packages/event-store/migrations/0003_append_events.sql',
    find: `from (select jsonb_object_keys(one -> 'data') union select jsonb_object_keys(other -> 'data')) k(key)`,
    replace: `from (select 'amount') k(key)`,
    shows: 'to deeply equal',
  },
  {
    promise: 'I4',
    note: 'a conflict is told the partition of its own merchant, not that of the first',
    file: JUDGE,
    find: 'array_agg(coalesce(e.partition, i.partition) order by i.position)',
    replace: 'array_agg(i.partition order by i.position)',
    shows: 'to deeply equal',
  },
  {
    promise: 'I5',
    note: 'microseconds are cut off',
    file: ENCODE,
    find: 'ms * 1_000 + digits(value, 23, 26)',
    replace: 'ms * 1_000',
    shows: 'Property failed',
  },
  {
    promise: 'I5',
    note: 'characters are counted for bytes',
    file: ENCODE,
    find: "return at + buffer.write(text, at, 'utf8');\n    buffer",
    replace: "return at + Math.min(text.length, buffer.write(text, at, 'utf8'));\n    buffer",
    shows: 'Property failed',
  },
  {
    promise: 'I5',
    note: 'the next element of bytes is written a byte too early',
    file: ENCODE,
    find: 'return at + value.length;',
    replace: 'return at + value.length - 1;',
    shows: 'Property failed',
  },
];
