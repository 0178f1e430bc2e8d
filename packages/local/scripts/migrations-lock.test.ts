import { expect, test } from 'vitest';
import { compareToLock, type MigrationHash, parseLock, renderLock } from './migrations-lock.ts';

const file = (name: string, content = name): MigrationHash => ({
  name,
  sha256: Buffer.from(content.padEnd(32)).toString('hex'),
});
const locked = [file('0001_a'), file('0002_b')];

test('new migrations are added to the end', () => {
  expect(compareToLock(locked, [...locked, file('0003_c')])).toEqual({ problems: [], added: [file('0003_c')] });
});

test.each([
  ['edited', [file('0001_a', 'other'), file('0002_b')], '0001_a was released and has been edited'],
  ['removed', [file('0002_b')], '0001_a was released and is gone'],
  ['slipped in between', [file('0001_a'), file('0001_z'), file('0002_b')], '0001_z comes before 0002_b'],
])('a released migration that is %s is a problem', (_, files, problem) => {
  const { problems } = compareToLock(locked, files);
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test('the file is what sha256sum --check reads', () => {
  const text = renderLock(locked);
  expect(text.split('\n')[0]).toMatch(/^[0-9a-f]{64} {2}0001_a\.sql$/);
  expect(parseLock(text)).toEqual(locked);
  expect(() => parseLock(text.replace('0001', '../ 1'))).toThrow('not a line');
});
