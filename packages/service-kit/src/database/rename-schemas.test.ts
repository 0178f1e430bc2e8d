import { describe, expect, test } from 'vitest';
import { schemaRenamer } from './rename-schemas.ts';

const rename = schemaRenamer({ ledger: 'ledger_eu' }) ?? String;

describe('a schema of another name', () => {
  test.each([
    ['select * from ledger.events', 'select * from "ledger_eu".events'],
    [
      'select "ledger"."events"."offset" from "ledger"."events"',
      'select "ledger_eu"."events"."offset" from "ledger_eu"."events"',
    ],
    ['select LEDGER.append_events($1)', 'select "ledger_eu".append_events($1)'],
    [`select 'ledger.events'::regclass`, `select '"ledger_eu".events'::regclass`],
    ['(ledger.x,ledger.y)', '("ledger_eu".x,"ledger_eu".y)'],
    ['grant usage on schema ledger to a, b', 'grant usage on schema "ledger_eu" to a, b'],
    ['create schema if not exists "ledger"', 'create schema if not exists "ledger_eu"'],
    ['drop schema if exists ledger cascade', 'drop schema if exists "ledger_eu" cascade'],
    [
      'revoke all on all functions in schema ledger from public;',
      'revoke all on all functions in schema "ledger_eu" from public;',
    ],
    [`raise exception 'ledger.% is append-only'`, `raise exception '"ledger_eu".% is append-only'`],
  ])('%s', (text, expected) => {
    expect(rename(text)).toBe(expected);
  });

  test.each([
    'listen ledger_appended',
    'select other_ledger.x, my.ledger.x from "my ledger".x',
    'select ledger from t',
    'select ledger_x.y, xledger.z, ledger$.z',
    'comment on schema ledgers is 1',
    'the end of a ledger. And more',
  ])('leaves alone: %s', (text) => {
    expect(rename(text)).toBe(text);
  });

  test('nothing to rename is nothing to do', () => {
    expect(schemaRenamer()).toBeNull();
    expect(schemaRenamer({ ledger: 'ledger' })).toBeNull();
  });

  test('several at once, each once', () => {
    const both = schemaRenamer({ ledger: 'l2', read: 'r2' }) ?? String;
    expect(both('select from ledger.a, read.b, l2.c, read_g1.d')).toBe('select from "l2".a, "r2".b, l2.c, read_g1.d');
  });

  test.each([
    [{ ledger: '' }],
    [{ ledger: 'a.b' }],
    [{ ledger: 'a"b' }],
    [{ ledger: "a'b" }],
    [{ ledger: 'Ledger' }],
    [{ ledger: 'l'.repeat(64) }],
    [{ ledger: 'one', read: 'one' }],
    [{ ledger: 'read', read: 'other' }],
  ])('%j is refused', (names) => {
    expect(() => schemaRenamer(names)).toThrow(RangeError);
  });
});
