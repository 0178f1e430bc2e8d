import { expect, test } from 'vitest';
import { titlePattern } from './title-pattern.ts';

const matches = (title: string, given: string) => new RegExp(`^${titlePattern(title)}$`).test(given);

test.each([
  ['commits the offset with the work: what fails (both) leaves neither?', 'what it is'],
  ['%s of 16 is %i', 'mer_001 of 16 is 4'],
  ['$rule: $case.name', 'proof: a title'],
  ['may not: %s', 'may not: insert into a\n  values (1)'],
  ['all of it (100%%)', 'all of it (100%)'],
])('%s', (title, given) => {
  expect(matches(title, given === 'what it is' ? title : given)).toBe(true);
});

test.each([
  ['a.b', 'aXb'],
  ['may not: %s', 'writer may not: %s'],
  ['holds %s', 'holds'],
  ['a|b', 'a'],
])('%s is not the title of %s', (title, other) => {
  expect(matches(title, other)).toBe(false);
});
