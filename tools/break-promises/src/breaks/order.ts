import type { Break } from './break.ts';

/** The body of append_events that is in force. */
const APPEND = 'packages/event-store/migrations/0017_tally_in_one_stream.sql';
const REPEATS = 'packages/event-store/migrations/0012_append_with_one_scan.sql';
const CHECK = 'packages/event-store/migrations/0007_append_in_one_stream.sql';
const PARTITION = 'packages/events/src/identity/choose-partition.ts';

/** Order, density, visibility. */
export const ORDER_BREAKS: readonly Break[] = [
  {
    promise: 'L1',
    note: 'a repeat uses up a number as well',
    file: APPEND,
    find: `      next_offsets[place] := next_offsets[place] + 1;
    end if;`,
    replace: `    end if;
    next_offsets[place] := next_offsets[place] + 1;`,
    shows: 'Property failed',
  },
  {
    promise: 'L1',
    note: 'the head is put one beyond the rows',
    file: APPEND,
    find: 'set next_offset = next_offsets[p.partition], recorded_at',
    replace: 'set next_offset = next_offsets[p.partition] + 1, recorded_at',
    shows: 'Property failed',
  },
  {
    promise: 'L2',
    note: 'a batch is numbered from its end',
    file: APPEND,
    find: 'for i in 1 .. cardinality(in_keys) loop',
    replace: 'for i in reverse cardinality(in_keys) .. 1 loop',
    shows: 'Property failed',
  },
  {
    promise: 'L2',
    note: 'of inputs with one key the last survives, not the first',
    file: REPEATS,
    find: 'order by k.position rows unbounded preceding',
    replace: 'order by k.position desc rows unbounded preceding',
    shows: 'Property failed',
  },
  {
    promise: 'L3',
    note: 'the heads are read without being locked',
    file: APPEND,
    find: 'order by p.partition for update',
    replace: 'order by p.partition',
    shows: 'events_pk',
  },
  {
    promise: 'L3',
    note: 'a head that another append holds is passed over',
    file: APPEND,
    find: 'order by p.partition for update',
    replace: 'order by p.partition for update skip locked',
    shows: 'does not exist in ledger.partitions',
  },
  {
    promise: 'L4',
    note: 'an append locks every head, not only those of its batch',
    file: APPEND,
    find: '    where p.partition = any (in_partitions) order by p.partition for update',
    replace: '    order by p.partition for update',
    shows: 'not queryable',
  },
  {
    promise: 'L5',
    note: 'the clock is taken as it is',
    file: APPEND,
    find: 'recorded := greatest(recorded, clock_timestamp());',
    replace: 'recorded := clock_timestamp();',
    shows: 'it moves forward, with the offset',
  },
  {
    promise: 'L5',
    note: 'the head does not keep the time of its last event',
    file: APPEND,
    find: 'set next_offset = next_offsets[p.partition], recorded_at = recorded',
    replace: 'set next_offset = next_offsets[p.partition]',
    shows: 'to deeply equal',
  },
  {
    promise: 'L6',
    note: 'any isolation level will do',
    file: CHECK,
    find: `if current_setting('transaction_isolation') <> 'read committed' then`,
    replace: `if current_setting('transaction_isolation') = 'serializable' then`,
    shows: 'resolved',
  },
  {
    promise: 'L6',
    note: 'the lengths of the arrays are not compared',
    file: CHECK,
    find: 'array_position(lengths, null) is not null or not lengths[1] = all (lengths)',
    replace: 'array_position(lengths, null) is not null',
    shows: 'to match object',
  },
  {
    promise: 'L6',
    note: 'an input without a key is let through',
    file: CHECK,
    find: 'if null_key is not null or null_partition is not null then',
    replace: 'if null_partition is not null then',
    shows: 'to match object',
  },
  {
    promise: 'L6',
    note: 'a partition without a head is let through',
    file: APPEND,
    find: 'if next_offsets[place] is null then',
    replace: 'if place is null then',
    shows: 'resolved',
  },
  {
    promise: 'L7',
    note: 'the sign of the hash is dropped instead of masked',
    file: PARTITION,
    find: '(murmur2(toBytes(merchantId)) & 0x7fffffff) % partitionCount',
    replace: 'Math.abs(murmur2(toBytes(merchantId))) % partitionCount',
    shows: 'expected 12 to be 4',
  },
  {
    promise: 'L7',
    note: 'an id with other letters is cut down to its lowest bytes',
    file: PARTITION,
    find: 'if (code > 0x7f) return utf8ToBytes(text);',
    replace: '',
    shows: 'Property failed',
  },
  {
    promise: 'L7',
    note: 'the last bytes of an id are not hashed',
    file: PARTITION,
    find: 'if (rest >= 2) h ^= byte(bytes, i + 1) << 8;',
    replace: '',
    shows: 'expected 9 to be 4',
  },
  {
    promise: 'L8',
    note: 'the heads are locked in the order of the batch',
    file: APPEND,
    find: 'order by p.partition for update',
    replace: 'order by array_position(in_partitions, p.partition) for update',
    shows: 'to deeply equal',
  },
  {
    promise: 'L8',
    note: 'the heads are locked in any order',
    file: APPEND,
    find: 'order by p.partition for update',
    replace: 'order by random() for update',
    shows: 'to deeply equal',
  },
];
