import { expect, test } from 'vitest';
import { addressMessage } from './address-message.ts';

const body = '{"type":"payment.captured","data":{"merchantId":"mer_001"}}';

test('a standard queue gets the line and nothing else', () => {
  expect(addressMessage('0', body, false)).toEqual({ Id: '0', MessageBody: body });
});

test('a FIFO queue gets the merchant as group and the same id for the same line', () => {
  const first = addressMessage('0', body, true);
  const again = addressMessage('7', body, true);
  expect(first.MessageGroupId).toBe('mer_001');
  expect(first.MessageDeduplicationId).toBe(again.MessageDeduplicationId);
  expect(addressMessage('0', `${body} `, true).MessageDeduplicationId).not.toBe(first.MessageDeduplicationId);
});

test.each([
  'not json',
  'null',
  '{}',
  '{"data":{"merchantId":7}}',
  '{"data":{"merchantId":"a b"}}',
  '{"data":{"merchantId":""}}',
])('a line without a merchant that a group can be named after is sent nevertheless: %s', (text) => {
  expect(addressMessage('0', text, true).MessageGroupId).toBe('unknown');
});
