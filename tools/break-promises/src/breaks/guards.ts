import type { Break } from './break.ts';

const APPEND = 'packages/event-store/migrations/0012_append_with_one_scan.sql';
const GLASS = 'packages/event-store/migrations/0008_break_glass.sql';
const ROLES = 'packages/event-store/migrations/0006_roles.sql';
const ERRORS = 'packages/event-store/src/errors/ledger-errors.ts';
const RENAME = 'packages/service-kit/src/database/rename-schemas.ts';

/** The database guards itself. */
export const GUARD_BREAKS: readonly Break[] = [
  {
    promise: 'G1',
    note: 'a table is forgotten',
    file: GLASS,
    find: `call ledger.make_append_only('ledger.conflicts', '{seen}');\n`,
    replace: '',
    shows: 'resolved',
  },
  {
    promise: 'G1',
    note: 'TRUNCATE is forgotten',
    file: GLASS,
    find: 'before update %s or delete or truncate on %s',
    replace: 'before update %s or delete on %s',
    shows: 'resolved',
  },
  {
    promise: 'G1',
    note: 'the triggers are off in a session for replication',
    file: GLASS,
    find: `execute format('alter table %s enable always trigger %I', target, name);`,
    replace: `execute format('alter table %s enable trigger %I', target, name);`,
    shows: 'resolved',
  },
  {
    promise: 'G1',
    note: 'the owner needs no permit',
    file: GLASS,
    find: `    where u.operation = 'open' and u.transaction_id = pg_current_xact_id_if_assigned()
      and u.used_at >= transaction_timestamp()
  );`,
    replace: `    where u.operation = 'open'
  ) or true;`,
    shows: 'resolved',
  },
  {
    promise: 'G1',
    note: 'a head may go back',
    file: GLASS,
    find: 'for each row when (new.next_offset < old.next_offset) execute',
    replace: 'for each row when (new.next_offset < 0) execute',
    shows: 'resolved',
  },
  {
    promise: 'G2',
    note: 'the writer may read events',
    file: ROLES,
    find: 'grant select on ledger.partitions to settlement_writer;',
    replace: 'grant select on ledger.partitions, ledger.events to settlement_writer;',
    shows: 'resolved',
  },
  {
    promise: 'G2',
    note: 'the writer may move heads by itself',
    file: ROLES,
    find: 'grant select on ledger.partitions to settlement_writer;',
    replace: 'grant select, update on ledger.partitions to settlement_writer;',
    shows: 'resolved',
  },
  {
    promise: 'G2',
    note: 'the writer may not reject',
    file: ROLES,
    find: 'grant execute on function ledger.append_events, ledger.reject_messages to settlement_writer;',
    replace: 'grant execute on function ledger.append_events to settlement_writer;',
    shows: 'permission denied for function reject_messages',
  },
  {
    promise: 'G2',
    note: 'whoever comes may execute functions',
    file: ROLES,
    find: 'revoke all on all functions in schema ledger from public;\n',
    replace: '',
    shows: 'resolved',
  },
  {
    promise: 'G3',
    note: 'a constraint has no outcome',
    file: ERRORS,
    find: '  seals_not_empty: seal,\n',
    replace: '',
    shows: 'to deeply equal',
  },
  {
    promise: 'G3',
    note: 'an outcome is of a constraint that has another name',
    file: 'packages/event-store/migrations/0010_seals.sql',
    find: 'constraint seals_not_empty check',
    replace: 'constraint seals_are_not_empty check',
    shows: 'to deeply equal',
  },
  {
    promise: 'G4',
    note: 'keys are joined, so that the whole index is walked',
    file: APPEND,
    find: 'from ledger.events e where e.idempotency_key = any (in_keys);',
    replace: 'from ledger.events e join unnest(in_keys) k(key) on k.key = e.idempotency_key;',
    shows: 'to be less than 100',
  },
  {
    promise: 'G4',
    note: 'a session that began with a small log goes on reading all of it',
    file: APPEND,
    find: 'set enable_seqscan = off\nset enable_bitmapscan = off\n',
    replace: '',
    shows: 'to be less than 100',
  },
  {
    promise: 'G4',
    note: 'a setting of the append reaches what it calls',
    file: 'packages/event-store/migrations/0012_append_with_one_scan.sql',
    find: 'set jit = off\n',
    replace: 'set jit = off\nset enable_nestloop = off\n',
    shows: 'to be less than 1000',
  },
  {
    promise: 'G5',
    note: 'only the first name of a statement is changed',
    file: RENAME,
    find: `    'gi',`,
    replace: `    'i',`,
    shows: 'ledger',
  },
  {
    promise: 'G5',
    note: 'prepared statements keep the name',
    file: RENAME,
    find: 'return { ...(query as object), text: rename(text) };',
    replace: 'return query;',
    shows: 'ledger',
  },
  {
    promise: 'G6',
    note: 'a tally may count fewer messages',
    file: 'packages/event-store/migrations/0014_tallies_only_grow.sql',
    find: 'for each row when (new.messages <= old.messages)',
    replace: 'for each row when (new.messages = old.messages)',
    shows: 'promise resolved',
  },
  {
    promise: 'G6',
    note: 'what a conflict has counted may fall',
    file: 'packages/event-store/migrations/0014_tallies_only_grow.sql',
    find: 'alter table ledger.conflicts enable always trigger conflicts_seen_only_grows;',
    replace: 'alter table ledger.conflicts disable trigger conflicts_seen_only_grows;',
    shows: 'promise resolved',
  },
  {
    promise: 'G7',
    note: 'nobody is told of the snapshot that stays',
    file: 'packages/event-store/src/upkeep/watch-hot-rows.ts',
    find: "if (warning !== null) logger.warn({ event: 'log.old_snapshot', ...rows }, warning);",
    replace: '',
    shows: 'to match object',
  },
  {
    promise: 'G7',
    note: 'the holder is given the age of another one',
    file: 'packages/event-store/migrations/0013_hot_rows.sql',
    find: 'o.seconds, o.holder,',
    replace: '(select max(seconds) from holders), o.holder,',
    shows: 'to be less than or equal to',
  },
];
