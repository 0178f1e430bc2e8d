import { expect, test } from 'vitest';
import { readPromises } from './read-promises.ts';

const HEADER = '| id | promise | kept by | test |\n|---|---|---|---|';

test('reads the rows of promises and no other line', () => {
  const spec = `# L1 is a promise\n\n${HEADER}
| L1 | It holds | \`a.ts\` (keep) | \`packages/a/src/a.pg.test.ts\` it holds |
| id | L2 | none | none |
| C12 | It holds; a \\| b | \`b.ts\` (keep) | \`b.test.ts\` holds %s<br>\`c.test.ts\` a \\| b |`;
  expect(readPromises(spec)).toEqual([
    { id: 'L1', tests: [{ file: 'packages/a/src/a.pg.test.ts', title: 'it holds' }] },
    {
      id: 'C12',
      tests: [
        { file: 'b.test.ts', title: 'holds %s' },
        { file: 'c.test.ts', title: 'a | b' },
      ],
    },
  ]);
});

test('a promise without a test is an error, not a promise less', () => {
  expect(() => readPromises(`${HEADER}\n| L1 | It holds | keeper | later |`)).toThrow('L1 names no test');
  expect(() => readPromises(`${HEADER}\n| L1 | It holds | keeper | \`a.test.ts\` |`)).toThrow('L1 names no test');
});
