import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPageCursor, writePageCursor } from './page-cursor.ts';
import { Problem } from './problems.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('page cursor', () => {
  test('comes back as it went', () => {
    const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(offset, fc.constantFrom(null, 'settled'), (before, filter) => {
        expect(readPageCursor(writePageCursor(before, filter), filter)).toBe(before);
      }),
    );
  });

  test.each([
    ['no base64', '!!!'],
    ['empty', ''],
    ['no JSON', Buffer.from('x').toString('base64url')],
    ['another version', encode({ v: 2, before: '1', filter: null })],
    ['a negative offset', encode({ v: 1, before: '-1', filter: null })],
    ['an offset past int8', encode({ v: 1, before: '9223372036854775808', filter: null })],
    ['a number', encode({ v: 1, before: 1, filter: null })],
    ['an unknown member', encode({ v: 1, before: '1', filter: null, merchantId: 'mer_002' })],
    ['another filter', writePageCursor(1n, 'settled')],
  ])('%s is refused, naming the field', (_name, cursor) => {
    const refusal = catchProblem(() => readPageCursor(cursor, null));
    expect(refusal).toMatchObject({ code: 'cursor_invalid', errors: [{ field: 'cursor' }] });
  });

  test('whatever is sent, it is an offset or the problem, never another error', () => {
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), json), (text) => {
        const refusal = catchProblem(() => readPageCursor(text, null));
        expect(refusal === null || refusal instanceof Problem).toBe(true);
      }),
    );
  });
});

function catchProblem(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}
