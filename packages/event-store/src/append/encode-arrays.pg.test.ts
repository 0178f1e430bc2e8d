import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteaArray,
  int2Array,
  int8Array,
  jsonbArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from './encode-arrays.ts';

/** PostgreSQL holds any text but NUL and lone surrogates. */
const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', '').toWellFormed());
const instant = fc
  .tuple(fc.date({ min: new Date('1900-01-01'), max: new Date('9999-01-01'), noInvalidDate: true }), fc.nat(999))
  .map(([date, micros]) => `${date.toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`);

describe('binary arrays', () => {
  it('mean to PostgreSQL what was put in', async () => {
    await using test = await testDatabase([]);
    await using database = openDatabase({ url: test.url, applicationName: 'array test', connectionsMax: 1 });
    const roundTrip = async (type: string, array: Buffer) => {
      const { rows } = await database.pool.query(
        `select value from unnest($1::${type}[]) with ordinality as v(value, position) order by position`,
        [array],
      );
      return rows.map((row: { value: unknown }) => row.value);
    };
    const holds = <T>(
      type: string,
      encode: (values: T[], allocate: (bytes: number) => Buffer) => Buffer,
      values: fc.Arbitrary<T>,
    ) =>
      fc.assert(
        fc.asyncProperty(fc.array(values, { maxLength: 20 }), async (expected) => {
          expect(await roundTrip(type, encode(expected, Buffer.allocUnsafe))).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    await holds('text', textArray, fc.option(text));
    await holds('uuid', uuidArray, fc.uuid());
    await holds('int2', int2Array, fc.integer({ min: -32_768, max: 32_767 }));
    await holds('int8', int8Array, fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })));
    await holds('timestamptz', timestamptzArray, instant);
    await holds(
      'bytea',
      byteaArray,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    );
    const json = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)));
    await holds<object>(
      'jsonb',
      (values, allocate) =>
        jsonbArray(
          values.map((value) => JSON.stringify(value)),
          allocate,
        ),
      json,
    );
  });
});
