// The page speaks English, so an English locale of the reader is used as it is and any other falls back to British
// English: figures and dates then never mix two languages in one sentence.

export function pageLocale(languages: readonly string[]): string {
  return languages.find((language) => language === 'en' || language.startsWith('en-')) ?? 'en-GB';
}

export const PAGE_LOCALE = pageLocale(typeof navigator === 'undefined' ? [] : navigator.languages);
