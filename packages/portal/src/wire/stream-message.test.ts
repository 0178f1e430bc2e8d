import { describe, expect, it } from 'vitest';
import { parseExactJson } from './parse-exact-json.ts';
import { WireError } from './read-fields.ts';
import { failureOf } from './request-json.ts';
import { readStreamMessage, subscribeMessage } from './stream-message.ts';

const cursor = '{"epoch":"g1","partition":4,"offset":9007199254740993}';
const balance = `{"currency":"EUR","exponent":2,"availableMinor":9223372036854775807,"inTransitMinor":0,
  "reservedMinor":0,"grossMinor":0,"feesMinor":0,"refundsMinor":-9007199254740993,"disputesMinor":0,
  "adjustmentsMinor":0,"paidOutMinor":0,"asOf":{"partition":4,"offset":-1}}`;

const changes = (balances: string, payouts: string): string =>
  `{"type":"changes","cursor":${cursor},"balances":[${balances}],"payouts":[${payouts}]}`;

describe('parseExactJson', () => {
  it('keeps every digit of money and offsets, and leaves other numbers alone', () => {
    expect(parseExactJson('{"offset":9007199254740993,"feesMinor":-1,"partition":4,"list":[1.5]}')).toEqual({
      offset: 9_007_199_254_740_993n,
      feesMinor: -1n,
      partition: 4,
      list: [1.5],
    });
  });

  it('refuses money with a fraction', () => {
    expect(() => parseExactJson('{"feesMinor":1.5}')).toThrow(SyntaxError);
  });
});

describe('readStreamMessage', () => {
  it('reads exact figures', () => {
    const message = readStreamMessage(changes(balance, ''));
    expect(message.cursor.offset).toBe(9_007_199_254_740_993n);
    expect(message).toMatchObject({
      type: 'changes',
      balances: [
        { availableMinor: 9_223_372_036_854_775_807n, refundsMinor: -9_007_199_254_740_993n, asOf: { offset: -1n } },
      ],
    });
  });

  it.each([
    ['not JSON', '{'],
    ['another type', `{"type":"hello","cursor":${cursor},"balances":[],"payouts":[]}`],
    ['no cursor', '{"type":"up_to_date"}'],
    ['money as text', changes('{"currency":"EUR","availableMinor":"1"}', '')],
    ['a status unknown to the page', changes('', '{"payoutId":"p","merchantId":"m","status":"lost"}')],
  ])('refuses %s', (_name, text) => {
    expect(() => readStreamMessage(text)).toThrow();
  });

  it('names the field that is wrong', () => {
    expect(() => readStreamMessage('{"type":"up_to_date","cursor":{"epoch":"g1","partition":4}}')).toThrow(
      new WireError('offset is not an exact integer'),
    );
  });
});

describe('subscribeMessage', () => {
  it('sends the offset as the integer it is', () => {
    expect(subscribeMessage({ epoch: 'g"1', partition: 4, offset: 9_007_199_254_740_993n })).toBe(
      '{"type":"subscribe","cursor":{"epoch":"g\\"1","partition":4,"offset":9007199254740993}}',
    );
    expect(subscribeMessage(null)).toBe('{"type":"subscribe","cursor":null}');
  });
});

describe('failureOf', () => {
  it.each([
    [401, '', { kind: 'unauthorized' }],
    [404, '', { kind: 'not_found' }],
    [503, '<html>', { kind: 'unreachable' }],
    [422, '{"title":"Not valid"}', { kind: 'problem', status: 422, title: 'Not valid' }],
    [500, '<html>', { kind: 'problem', status: 500, title: 'The server answered 500' }],
  ])('%s', (status, text, failure) => {
    expect(failureOf(status, text)).toEqual(failure);
  });
});
