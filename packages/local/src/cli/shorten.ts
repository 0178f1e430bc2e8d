// Control characters of a stranger's text would steer the terminal that it is printed on.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\s]+/gu;

/** Text on one line, safe to print, at most `width` characters. */
export function shorten(text: string, width: number): string {
  const line = text
    .slice(0, width * 4)
    .replaceAll(UNPRINTABLE, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join('')}…`;
}
