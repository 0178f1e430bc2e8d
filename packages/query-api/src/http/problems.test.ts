import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEMS } from './problems.ts';

test('the README lists exactly the problems there are', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([a-z_]+)` +\| (\d{3}) +\| (.+?) +\|$/gm)].map(
    ([, code = '', status, title]) => [code, { status: Number(status), title }] as const,
  );
  expect(Object.fromEntries(listed)).toEqual(PROBLEMS);
});
