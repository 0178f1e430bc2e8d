import { describe, expect, it } from 'vitest';
import { pageLocale } from './page-locale.ts';

describe('pageLocale', () => {
  it.each([
    [['nl-NL', 'en-IE'], 'en-IE'],
    [['en'], 'en'],
    [['de-DE'], 'en-GB'],
    [['en-US@posix'], 'en-GB'],
    [[], 'en-GB'],
  ])('%s', (languages, locale) => {
    expect(pageLocale(languages)).toBe(locale);
  });
});
