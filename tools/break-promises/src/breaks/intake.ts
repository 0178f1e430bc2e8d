import type { Break } from './break.ts';

const APPEND = 'packages/event-store/migrations/0017_tally_in_one_stream.sql';
const REJECT = 'packages/event-store/migrations/0004_reject_messages.sql';
const ERRORS = 'packages/event-store/src/errors/ledger-errors.ts';
const RECORD = 'packages/ledger-writer/src/batch/record-unit.ts';
const BATCHER = 'packages/ledger-writer/src/batch/batcher.ts';
const LANES = 'packages/ledger-writer/src/batch/lanes.ts';
const IN_HAND = 'packages/ledger-writer/src/queue/messages-in-hand.ts';

/** Durability and intake. */
export const INTAKE_BREAKS: readonly Break[] = [
  {
    promise: 'D1',
    note: 'every input is tallied as appended',
    file: APPEND,
    find: `coalesce(i.outcome, 'appended'),`,
    replace: `'appended',`,
    shows: 'to deeply equal',
  },
  {
    promise: 'D1',
    note: 'the money is not tallied',
    file: APPEND,
    find: 'count(*), coalesce(sum(i.amount), 0)',
    replace: 'count(*), 0',
    shows: 'to deeply equal',
  },
  {
    promise: 'D1',
    note: 'a later batch takes the place of the tally instead of adding to it',
    file: APPEND,
    find: 'do update set messages = t.messages + excluded.messages,',
    replace: 'do update set messages = excluded.messages,',
    shows: 'is counted up',
  },
  {
    promise: 'D1',
    note: 'a later batch adds its messages, and not its money',
    file: APPEND,
    find: ', amount_minor = t.amount_minor + excluded.amount_minor;',
    replace: ';',
    shows: 'to deeply equal',
  },
  {
    promise: 'D1',
    note: 'a second rejection of the day is not tallied',
    file: REJECT,
    find: 'on conflict on constraint intake_pk do update set messages = t.messages + excluded.messages;',
    replace: 'on conflict on constraint intake_pk do nothing;',
    shows: 'to deeply equal',
  },
  {
    promise: 'D2',
    note: 'the body is kept as Latin-1',
    file: 'packages/event-store/src/append/reject-messages.ts',
    find: `Buffer.from(m.body, 'utf8')`,
    replace: `Buffer.from(m.body, 'latin1')`,
    shows: '\\ufffd',
  },
  {
    promise: 'D2',
    note: 'NUL is taken out of the body',
    file: 'packages/event-store/src/append/reject-messages.ts',
    find: `Buffer.from(m.body, 'utf8')`,
    replace: `Buffer.from(withoutNul(m.body), 'utf8')`,
    shows: `expected '{"a":"\\0`,
  },
  {
    promise: 'D2',
    note: 'a rejection that comes again is not counted',
    file: REJECT,
    find: 'do update set seen = r.seen + excluded.seen',
    replace: 'do nothing',
    shows: 'expected 1n to be 3n',
  },
  {
    promise: 'D2',
    note: 'a rejection that comes twice in one call is counted once',
    file: REJECT,
    find: 'do update set seen = r.seen + excluded.seen',
    replace: 'do update set seen = r.seen + 1',
    shows: 'expected 2n to be 3n',
  },
  {
    promise: 'D3',
    note: 'messages are handed on to be deleted while the append is under way',
    file: RECORD,
    find: '      counts = await recordPart(log, part);\n',
    replace: `      onCommitted(
        part.map(({ message }) => message),
        NONE,
      );
      counts = await recordPart(log, part);\n`,
    shows: 'to be +0',
  },
  {
    promise: 'D3',
    note: 'an append that fails counts as done',
    file: RECORD,
    find: 'return { left: [part, ...parts].flat(), error };',
    replace: 'continue;',
    shows: 'not within',
  },
  {
    promise: 'D4',
    note: 'a head behind its events is taken for the fault of the event',
    file: ERRORS,
    find: `events_pk: crash('head_behind_events'`,
    replace: `events_pk: reject('head_behind_events'`,
    shows: 'not within',
  },
  {
    promise: 'D4',
    note: 'whatever is not to be tried again is rejected',
    file: ERRORS,
    find: `return classifyLedgerError(error).disposition === 'reject';`,
    replace: `return classifyLedgerError(error).disposition !== 'retry';`,
    shows: 'not within',
  },
  {
    promise: 'D5',
    note: 'what waits is not kept invisible',
    file: IN_HAND,
    find: 'await queue.extend(due, visibilitySeconds, (',
    replace: 'await queue.extend([], visibilitySeconds, (',
    shows: 'duplicate',
  },
  {
    promise: 'D5',
    note: 'it is kept invisible too late',
    file: IN_HAND,
    find: 'const extendAfterMs = (visibilitySeconds * 1000) / 3;',
    replace: 'const extendAfterMs = visibilitySeconds * 1000;',
    shows: 'duplicate',
  },
  {
    promise: 'D6',
    note: 'a unit does not hold its lanes',
    file: LANES,
    find: '    lane.isHeld = true;\n',
    replace: '',
    shows: 'a3',
  },
  {
    promise: 'D6',
    note: 'the lanes of a unit that failed are let go',
    file: BATCHER,
    find: 'this.#lanes.release(unit.lanes.filter((lane) => !stuck.includes(lane)));',
    replace: 'this.#lanes.release(unit.lanes);',
    shows: 'a3',
  },
  {
    promise: 'D7',
    note: 'room that is reserved and not filled yet does not count',
    file: IN_HAND,
    find: 'held.size + reservedCount + count > inHandMax',
    replace: 'held.size + count > inHandMax',
    shows: 'expected true to be false',
  },
  {
    promise: 'D7',
    note: 'messages are counted, their size is not',
    file: IN_HAND,
    find: ' || characters >= inHandCharactersMax',
    replace: '',
    shows: 'expected true to be false',
  },
];
