import {
  adjustmentPosted,
  type CloudEvent,
  disputeLost,
  disputeOpened,
  disputeWon,
  paymentCaptured,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
  refundSucceeded,
} from './build-events.ts';
import { BODY_BYTES_MAX } from './parse/read-json.ts';
import type { RejectionCode } from './parse/rejection.ts';

/** For tests and documents: one good event of each type, and one bad body for each way to be bad. */

/** All examples happen at this instant. */
export const EXAMPLE_TIME = '2026-11-22T06:00:00.000000Z';

const time = EXAMPLE_TIME;
const merchantId = 'mer_001';
const payment = { paymentId: 'pay_0001', currency: 'EUR' };
const dispute = { disputeId: 'dp_0001', merchantId, time, ...payment, amount: 12_345, reason: 'fraudulent' };
const payout = { payoutId: 'po_0001', merchantId, time };

/** One event of each type, in the order of the catalogue. The key and fingerprint of the first are pinned. */
export function exampleEvents(): CloudEvent[] {
  return [
    paymentCaptured({ ...payment, merchantId, time, amount: 12_345, fee: 309, method: 'card' }),
    refundSucceeded({ ...payment, refundId: 're_0001', merchantId, time, amount: 2_345, feeRefunded: 59 }),
    disputeOpened(dispute),
    disputeWon(dispute),
    disputeLost(dispute),
    adjustmentPosted({
      adjustmentId: 'adj_0001',
      merchantId,
      time,
      amount: -250,
      currency: 'EUR',
      reason: 'Monthly terminal rental',
    }),
    payoutInitiated({
      ...payout,
      amount: 9_441,
      currency: 'EUR',
      method: 'instant',
      destination: 'NL•• •••• •••• ••43 00',
      paymentIds: ['pay_0001'],
    }),
    payoutSubmitted({ ...payout, railReference: 'SCT-INST-77120043', expectedArrival: '2026-11-22T06:00:10Z' }),
    payoutSettled({
      ...payout,
      amount: 9_441,
      currency: 'EUR',
      railReference: 'SCT-INST-77120043',
      traceId: 'TRC-0001',
    }),
    payoutFailed({ ...payout, reasonCode: 'AC04', reason: 'Closed account number' }),
    payoutReturned({ ...payout, reasonCode: 'MS03', reason: 'Reason not specified by the agent' }),
  ];
}

/** A body that parseEvent refuses, and what it must answer. */
export interface BadBody {
  readonly name: string;
  readonly body: string;
  readonly code: RejectionCode;
  readonly field: string;
}

/** Every kind of bad input. None depends on the time of receipt. */
export function badBodies(): BadBody[] {
  return [...badTexts(), ...badEnvelopes(), ...badTimes(), ...badData()];
}

const GOOD = {
  specversion: '1.0',
  id: 'm-1',
  source: '/northwind/payments',
  type: 'payment.captured',
  subject: 'pay_0001',
  time: EXAMPLE_TIME,
};
const GOOD_DATA = { merchantId, amount: 12_345, fee: 309, currency: 'EUR', method: 'card' };

function bad(name: string, body: string, code: RejectionCode, field: string): BadBody {
  return { name, body, code, field };
}

/** The good payment with some envelope attributes changed; undefined removes one. */
function envelopeWith(change: Record<string, unknown>): string {
  return JSON.stringify({ ...GOOD, data: GOOD_DATA, ...change });
}

/** The good payment with some members of data changed; undefined removes one. */
function dataWith(change: Record<string, unknown>): string {
  return envelopeWith({ data: { ...GOOD_DATA, ...change } });
}

/** The good payment with JSON text, not a value, as one more member of data. */
function dataText(member: string): string {
  return envelopeWith({}).replace('"merchantId"', () => `${member},"merchantId"`);
}

function badTexts(): BadBody[] {
  const nested = (depth: number) => `"deep":${'['.repeat(depth)}${']'.repeat(depth)}`;
  return [
    bad('empty', '', 'not_json', 'body'),
    bad('prose', 'hello', 'not_json', 'body'),
    bad('cut off', envelopeWith({}).slice(0, -1), 'not_json', 'body'),
    bad('byte order mark', `\uFEFF${envelopeWith({})}`, 'not_json', 'body'),
    bad('a number JSON can’t write', dataText('"x":NaN'), 'not_json', 'body'),
    bad('a batch', `[${envelopeWith({})}]`, 'not_an_object', 'body'),
    bad('null', 'null', 'not_an_object', 'body'),
    bad('1 MiB', dataWith({ reference: 'x'.repeat(1_048_576) }), 'body_too_large', 'body'),
    bad('too large in UTF-8 only', dataWith({ reference: '€'.repeat(BODY_BYTES_MAX / 3) }), 'body_too_large', 'body'),
    bad('raw NUL', dataWith({}).replace('card', 'ca\0rd'), 'nul_character', 'body'),
    bad('escaped NUL', dataText('"x":"a\\u0000"'), 'nul_character', 'data.x'),
    bad('escaped NUL in a key', dataText('"a\\u0000":1'), 'nul_character', 'data["a\\u0000"]'),
    bad('NUL in the subject', envelopeWith({ subject: 'pay\0' }), 'nul_character', 'subject'),
    bad('raw lone surrogate', dataWith({}).replace('card', 'ca\ud800rd'), 'lone_surrogate', 'body'),
    bad('escaped lone surrogate', dataText('"x":[{"y":"\\udc00"}]'), 'lone_surrogate', 'data.x[0].y'),
    bad('deep', dataText(nested(31)), 'nesting_too_deep', `data.deep${'[0]'.repeat(30)}`),
    bad('very deep', '['.repeat(100_000) + ']'.repeat(100_000), 'nesting_too_deep', '[0]'.repeat(32)),
    bad('unclosed deep', '{"a":'.repeat(50_000), 'not_json', 'body'),
    bad('__proto__', dataText('"__proto__":{"amount":1}'), 'prototype_key', 'data.__proto__'),
    bad('escaped __proto__', dataText('"x":{"\\u005f_proto__":1}'), 'prototype_key', 'data.x.__proto__'),
    bad('constructor', dataText('"constructor":{"prototype":{}}'), 'prototype_key', 'data.constructor'),
    bad('prototype', envelopeWith({ prototype: 1 }), 'prototype_key', 'prototype'),
    bad('two amounts', dataText('"amount":1'), 'duplicate_key', 'data.amount'),
    bad('two types', envelopeWith({}).replace('{', '{"type":"payout.settled",'), 'duplicate_key', 'type'),
    bad('two amounts, one escaped', dataText('"\\u0061mount":1'), 'duplicate_key', 'data.amount'),
    bad('a number beyond doubles', dataText('"x":1e400'), 'number_unsafe', 'data.x'),
    bad('an integer that would be rounded', dataText('"x":9007199254740993'), 'number_unsafe', 'data.x'),
  ];
}

function badEnvelopes(): BadBody[] {
  return [
    bad('no envelope', '{}', 'missing', 'specversion'),
    bad('another specversion', envelopeWith({ specversion: '0.3' }), 'specversion_unsupported', 'specversion'),
    bad('unknown type', envelopeWith({ type: 'payment.authorised' }), 'type_unknown', 'type'),
    bad('type of an object’s own', envelopeWith({ type: 'toString' }), 'type_unknown', 'type'),
    bad('type is a number', envelopeWith({ type: 7 }), 'wrong_type', 'type'),
    bad('no id', envelopeWith({ id: undefined }), 'missing', 'id'),
    bad('empty id', envelopeWith({ id: '' }), 'text_empty', 'id'),
    bad('no source', envelopeWith({ source: undefined }), 'missing', 'source'),
    bad('source with a space', envelopeWith({ source: 'the shop' }), 'source_invalid', 'source'),
    bad('no subject', envelopeWith({ subject: undefined }), 'missing', 'subject'),
    bad('blank subject', envelopeWith({ subject: ' \t' }), 'text_empty', 'subject'),
    bad('long subject', envelopeWith({ subject: 'p'.repeat(129) }), 'text_too_long', 'subject'),
    bad('tab in the subject', envelopeWith({ subject: 'pay\t1' }), 'control_character', 'subject'),
    bad('escape in the id', envelopeWith({ id: 'm\u001b[2J' }), 'control_character', 'id'),
    bad(
      'content type XML',
      envelopeWith({ datacontenttype: 'text/xml' }),
      'content_type_unsupported',
      'datacontenttype',
    ),
    bad('base64', envelopeWith({ data_base64: 'e30=' }), 'content_type_unsupported', 'data_base64'),
    bad('unknown version', envelopeWith({ dataschema: urn('payment.captured', 2) }), 'version_unknown', 'dataschema'),
    bad('schema of another type', envelopeWith({ dataschema: urn('x.y', 1) }), 'dataschema_unknown', 'dataschema'),
    bad('schema elsewhere', envelopeWith({ dataschema: 'https://a.example/1' }), 'dataschema_unknown', 'dataschema'),
    bad('no data', envelopeWith({ data: undefined }), 'missing', 'data'),
    bad('data is a text', envelopeWith({ data: '{}' }), 'not_an_object', 'data'),
    bad('data is a list', envelopeWith({ data: [] }), 'not_an_object', 'data'),
    bad('data is null', envelopeWith({ data: null }), 'not_an_object', 'data'),
  ];
}

function urn(type: string, version: number): string {
  return `urn:northwind:settlement:${type}:v${version}`;
}

function badTimes(): BadBody[] {
  const at = (time: unknown, code: RejectionCode) => bad(`time ${time}`, envelopeWith({ time }), code, 'time');
  return [
    at(undefined, 'missing'),
    at(1_795_327_200, 'wrong_type'),
    at('yesterday', 'time_invalid'),
    at('2026-02-29T06:00:00Z', 'time_invalid'),
    at('2016-12-31T23:59:60Z', 'time_invalid'),
    at('2026-11-22T06:00:00', 'time_zone_missing'),
    at('2026-11-22T06:00:00.0000000Z', 'time_too_precise'),
    at('1969-12-31T23:59:59Z', 'time_out_of_range'),
    at('9000-01-01T00:00:00Z', 'time_in_future'),
  ];
}

function badData(): BadBody[] {
  const on = (change: Record<string, unknown>, code: RejectionCode) => {
    const name = `${Object.keys(change)[0]}`;
    return bad(`${name} ${JSON.stringify(change[name])?.slice(0, 40)}`, dataWith(change), code, `data.${name}`);
  };
  const payoutWith = (type: string, data: object, code: RejectionCode, field: string) =>
    bad(`${type} ${field}`, envelopeWith({ type, subject: 'po_1', data: { merchantId, ...data } }), code, field);
  const initiated = { amount: 1, currency: 'EUR', method: 'instant', destination: '••43' };
  return [
    on({ merchantId: undefined }, 'missing'),
    on({ merchantId: '' }, 'text_empty'),
    on({ merchantId: 'm'.repeat(129) }, 'text_too_long'),
    on({ merchantId: 'mer\n001' }, 'control_character'),
    on({ merchantId: 'mer\u0085' }, 'control_character'),
    on({ merchantId: 42 }, 'wrong_type'),
    on({ amount: undefined }, 'missing'),
    on({ amount: '12345' }, 'wrong_type'),
    on({ amount: null }, 'wrong_type'),
    on({ amount: -1 }, 'amount_negative'),
    on({ amount: 0 }, 'amount_zero'),
    on({ amount: 123.45 }, 'amount_fractional'),
    on({ amount: 2 ** 53 }, 'number_unsafe'),
    on({ fee: -1 }, 'amount_negative'),
    on({ fee: 12_346 }, 'amount_above_total'),
    on({ currency: 'EURO' }, 'currency_unknown'),
    on({ currency: 'eur' }, 'currency_unknown'),
    on({ currency: 'XAU' }, 'currency_unknown'),
    on({ currency: 978 }, 'wrong_type'),
    on({ method: '' }, 'text_empty'),
    on({ method: {} }, 'wrong_type'),
    on({ reference: 'r'.repeat(257) }, 'text_too_long'),
    payoutWith('payout.initiated', { ...initiated, method: 'fast' }, 'value_not_allowed', 'data.method'),
    payoutWith('payout.initiated', { ...initiated, paymentIds: 'pay_1' }, 'wrong_type', 'data.paymentIds'),
    payoutWith('payout.initiated', { ...initiated, paymentIds: ['a', 7] }, 'wrong_type', 'data.paymentIds[1]'),
    payoutWith('payout.initiated', { ...initiated, paymentIds: ['a', ' '] }, 'text_empty', 'data.paymentIds[1]'),
    payoutWith(
      'payout.initiated',
      { ...initiated, paymentIds: ['a', 'b\x7f'] },
      'control_character',
      'data.paymentIds[1]',
    ),
    payoutWith(
      'payout.initiated',
      { ...initiated, paymentIds: Array.from({ length: 10_001 }, () => 'p') },
      'list_too_long',
      'data.paymentIds',
    ),
    payoutWith('payout.settled', { ...initiated }, 'missing', 'data.railReference'),
    payoutWith('payout.submitted', { railReference: 'r\r\n1' }, 'control_character', 'data.railReference'),
    payoutWith(
      'payout.submitted',
      { railReference: 'r', expectedArrival: 'soon' },
      'time_invalid',
      'data.expectedArrival',
    ),
    payoutWith('payout.failed', { reasonCode: 'closed', reason: 'x' }, 'reason_code_invalid', 'data.reasonCode'),
    payoutWith('payout.returned', { reasonCode: 'AC04', reason: '' }, 'text_empty', 'data.reason'),
  ];
}
