/** RFC 4180, safe to open in a spreadsheet. */

/** Text is escaped; numbers, which are written by this code, are not. */
export type Cell = string | bigint | number | null;

// What a spreadsheet takes for the beginning of a formula. A merchant chooses his ids, a bank its references.
const FORMULA = /^[=+\-@\t\r\n]/;
// Where the list separator is another, a cell begins inside a text, too.
const INNER_FORMULA = /(?<=[\s\S])[;\t]\s*(?=[=+\-@])/g;
const NEEDS_QUOTES = /[",\r\n]/;

/** With a title for each column; lines end with CR LF. */
export function toCsv(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [titles, ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const inner = cell.replaceAll(INNER_FORMULA, (separator) => `${separator}'`);
  const text = FORMULA.test(cell) ? `'${inner}` : inner;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
