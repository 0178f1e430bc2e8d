import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databaseUrl } from '../../test/scratch-database.ts';
import {
  byteaArray,
  dateArray,
  int2Array,
  int4Array,
  int8Array,
  jsonbArray,
  newMemory,
  textArray,
  timestamptzArray,
  uuidArray,
} from './encode-arrays.ts';
import { openDatabase } from './open-database.ts';

/** PostgreSQL holds any text but NUL and lone surrogates. Long and short, of ASCII alone and of anything. */
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ maxLength: 150 }),
    fc.string({ unit: 'grapheme', minLength: 50, maxLength: 80 }),
  )
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const instant = fc
  .tuple(fc.date({ min: new Date('1900-01-01'), max: new Date('9999-01-01'), noInvalidDate: true }), fc.nat(999))
  .map(([date, micros]) => `${date.toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`);

describe('binary arrays', () => {
  it('mean to PostgreSQL what was put in', async () => {
    await using database = openDatabase({ url: databaseUrl({}), applicationName: 'array test', connectionsMax: 1 });
    const roundTrip = async (type: string, array: Buffer) => {
      const { rows } = await database.pool.query(
        `select value from unnest($1::${type}[]) with ordinality as v(value, position) order by position`,
        [array],
      );
      return rows.map((row: { value: unknown }) => row.value);
    };
    const memory = newMemory;
    const holds = <T>(type: string, encode: (values: readonly T[]) => Buffer, values: fc.Arbitrary<T>) =>
      fc.assert(
        fc.asyncProperty(fc.array(values, { maxLength: 20 }), async (expected) => {
          expect(await roundTrip(type, encode(expected))).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    const same = <T>(value: T) => value;
    await holds('text', (values) => textArray(values, same, memory), fc.option(text));
    await holds('uuid', (values) => uuidArray(values, same, memory), fc.uuid());
    await holds('int2', (values) => int2Array(values, same, memory), fc.integer({ min: -32_768, max: 32_767 }));
    await holds('int4', (values) => int4Array(values, same, memory), fc.integer());
    const day = instant.map((time) => time.slice(0, 10));
    await holds('date', (values) => dateArray(values, same, memory), day);
    const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    await holds('int8', (values) => int8Array(values, same, memory), fc.option(int8));
    await holds('timestamptz', (values) => timestamptzArray(values, same, memory), instant);
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
    await holds('bytea', (values) => byteaArray(values, same, memory), bytes);
    const json = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)));
    await holds<object>('jsonb', (values) => jsonbArray(values, (value) => JSON.stringify(value), memory), json);
  });
});
