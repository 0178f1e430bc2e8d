// The page speaks English, so an English locale of the reader is used as it is and any other falls back to British
// English: figures and dates then never mix two languages in one sentence.

/** Chromium under a POSIX locale reports `en-US@posix`, which Intl refuses to take. */
function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

export function pageLocale(languages: readonly string[]): string {
  return languages.find((tag) => /^en(-|$)/.test(tag) && isLocale(tag)) ?? 'en-GB';
}

export const PAGE_LOCALE = pageLocale(typeof navigator === 'undefined' ? [] : navigator.languages);
