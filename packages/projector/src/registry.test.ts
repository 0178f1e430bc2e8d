import { expect, test } from 'vitest';
import type { ReadModel } from './folding.ts';
import { READ_MODELS } from './read-models.ts';
import { registry } from './registry.ts';
import { keyedTable } from './working-set/table.ts';

interface Row {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  readonly day: string;
  readonly note: string | null;
}

const columns = { partition: 'int2', offset: 'int8', merchantId: 'text', day: 'date', note: 'text' } as const;
const { offset: _, ...withoutOffset } = columns;
const days = keyedTable<Row>({ name: 'days', key: ['merchantId', 'day'], nullable: ['note'], columns });

function model(name: string, ...tables: ReadModel['tables']): ReadModel {
  return { name, tables, fold() {} };
}

test('a registry is its models, in their order', () => {
  const models = [model('days', days), model('weeks', { ...days, name: 'weeks' })];
  expect(registry(models)).toBe(models);
  expect(READ_MODELS.map(({ name }) => name)).toContain('balances');
});

test.each([
  ['a model twice', [model('days', days), model('days')], 'read model days is in the registry twice'],
  ['a table twice in a model', [model('days', days, days)], 'read model days: table days is named by read model days'],
  ['a table of another', [model('days', days), model('weeks', days)], 'weeks: table days is named by read model days'],
  ['a name to quote', [model('days', { ...days, name: 'perDay' })], 'table perDay has no name that PostgreSQL takes'],
  ['a name too long', [model('days', { ...days, name: 'd'.repeat(61) })], 'write it in snake_case'],
  [
    'a key that partitions share',
    [model('days', { ...days, key: ['day', 'merchantId'] })],
    'days: table days has a key that begins with day: begin it with merchantId',
  ],
  [
    'a row that says of no event',
    [model('days', { ...days, columns: withoutOffset } as unknown as typeof days)],
    'days: table days has no offset: a row says whose it is, and which event changed it last',
  ],
  [
    'a key with nulls',
    [model('days', { ...days, key: ['merchantId', 'note'] })],
    'days: table days has note in its key, which is nullable',
  ],
])('%s is refused with its name', (_, models, message) => {
  expect(() => registry(models)).toThrow(message);
});
