import { expect, it } from 'vitest';
import { readArguments, UsageError } from './read-arguments.ts';

const e2e = { name: 'e2e', summary: 's', runs: 3, parameters: { rate: 300 }, run: () => Promise.reject(new Error()) };

it('reads flags and numbers over the defaults', () => {
  const read = readArguments(['e2e', '--json', '--rate', '50', '--runs', '1'], [e2e]);
  expect(read).toMatchObject({ json: true, check: false, runs: 1, parameters: { rate: 50 } });
});

const append = { ...e2e, name: 'append', parts: ['ours', 'bare', 'emmett'] };

it('reads the parts that are wanted', () => {
  expect(readArguments(['append'], [append]).only).toBeNull();
  expect(readArguments(['append', '--only', 'ours,bare'], [append]).only).toEqual(['ours', 'bare']);
});

it.each([
  [[]],
  [['nope']],
  [['e2e', '--rates', '3']],
  [['e2e', '--rate']],
  [['e2e', '--rate', '-1']],
  [['e2e', 'rate', '1']],
  [['e2e', '--only', 'ours']],
  [['append', '--only', 'theirs']],
  [['append', '--only']],
])('refuses %j and says what to write', (argv) => {
  expect(() => readArguments(argv, [e2e, append])).toThrow(UsageError);
});
