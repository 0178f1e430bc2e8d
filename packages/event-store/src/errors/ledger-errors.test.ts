import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  CONSTRAINTS,
  classifyLedgerError,
  isDataRefused,
  isOfTheEvent,
  isRaceLost,
  SQLSTATES,
  TROUBLE,
  UNKNOWN,
  UNKNOWN_CHECK,
} from './ledger-errors.ts';

const database = (code: string, more: { constraint?: string; table?: string } = {}) =>
  Object.assign(new Error('refused'), { code, ...more });
const onEvents = (code: string, constraint: string) => database(code, { constraint, table: 'events' });

// What happened, then: made again at once, rejected by the writer, of the event for a consumer, and our code.
test.each([
  ['the same key from elsewhere', onEvents('23505', 'events_idempotency_key_unique'), [true, false, false], 'key_race'],
  ['a deadlock', database('40P01'), [true, false, false], 'deadlock'],
  ['a serialization failure', database('40001'), [true, false, false], 'serialization'],
  ['a head behind its events', onEvents('23505', 'events_pk'), [false, false, false], 'head_behind_events'],
  [
    'a bad fingerprint',
    onEvents('23514', 'events_fingerprint_is_sha256'),
    [false, false, false],
    'fingerprint_malformed',
  ],
  ['an operator’s own check', onEvents('23514', 'no_thirteen'), [false, true, true], 'rule_broken'],
  ['a number too large', database('22003'), [false, true, true], 'value_refused'],
  ['a NUL in a text', database('22021'), [false, true, true], 'value_refused'],
  [
    'a rule of a read model',
    database('23514', { constraint: 'balances_add_up', table: 'balances' }),
    [false, false, true],
    'unknown',
  ],
  [
    'a duplicate row of a read model',
    database('23505', { constraint: 'x_pk', table: 'x' }),
    [false, false, true],
    'unknown',
  ],
  ['a missing value', database('23502', { table: 'events' }), [false, false, true], 'unknown'],
  ['arrays of different lengths', database('P0004'), [false, false, false], 'call_refused'],
  ['arrays of different lengths, as the function says it', database('2202E'), [false, false, true], 'call_refused'],
  [
    'a fault of the chain’s own',
    database('23514', { constraint: 'intake_outcome_known' }),
    [false, false, false],
    'log_defect',
  ],
  ['a wrong isolation level', database('25000'), [false, false, false], 'wrong_isolation'],
  ['a missing grant', database('42501'), [false, false, false], 'not_allowed'],
  ['a missing table', database('42P01'), [false, false, false], 'unknown'],
  [
    'a fork of the chain',
    database('23505', { constraint: 'seals_one_per_stretch' }),
    [false, true, true],
    'seal_refused',
  ],
  ['a server that shuts down', database('57P01'), [false, false, false], 'database_trouble'],
  ['a full disk', database('53100'), [false, false, false], 'database_trouble'],
  ['a refused connection', database('ECONNREFUSED'), [false, false, false], 'database_trouble'],
  ['a bug of ours', new TypeError('x is not a function'), [false, false, true], 'unknown'],
  ['nothing', undefined, [false, false, true], 'unknown'],
] as const)('%s', (_, error, decisions, code) => {
  expect([isRaceLost(error), isDataRefused(error), isOfTheEvent(error)]).toEqual(decisions);
  expect(classifyLedgerError(error).code).toBe(code);
});

test('a constraint that is called like something every object has is not listed', () => {
  expect(classifyLedgerError(database('23505', { constraint: 'constructor' }))).toBe(UNKNOWN);
});

test('ERRORS.md lists exactly these', () => {
  const rows = [
    ...Object.entries(CONSTRAINTS).map(([name, error]) => ({ on: `\`${name}\``, ...error })),
    ...Object.entries(SQLSTATES).map(([name, error]) => ({
      on: `SQLSTATE ${name}${name.length === 2 ? '…' : ''}`,
      ...error,
    })),
    { on: 'another check on `events`', ...UNKNOWN_CHECK },
    { on: 'what `isTransientDatabaseError` knows', ...TROUBLE },
    { on: 'anything else', ...UNKNOWN },
  ].map(
    ({ on, code, disposition, atOnce, message }) =>
      `| ${on} | \`${code}\` | ${disposition}${atOnce ? ' at once' : ''} | ${message} |`,
  );
  const documented = readFileSync(new URL('../../ERRORS.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(documented.slice(1)).toEqual(rows);
});
