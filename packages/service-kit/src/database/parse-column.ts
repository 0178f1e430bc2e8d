import pg from 'pg';

const { types } = pg;

// The driver's types say that this is a function; it never was.
const arrayParser = types.arrayParser as unknown as {
  create(text: string, parse: (element: string) => unknown): { parse(): unknown[] };
};

/** PostgreSQL's type numbers (pg_type.oid) that are read in another way than the driver's own. */
const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ_ARRAY = 1185;

// A session in UTC with DateStyle ISO writes "2026-11-22 06:00:00.5+00".
const TIMESTAMPTZ_TEXT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`: the driver's own Date would drop the microseconds. */
export function parseInstantColumn(text: string): string {
  // Almost all of them, and a batch of the log has thousands.
  if (text.length === 29 && text[4] === '-' && text[10] === ' ' && text[19] === '.' && text.endsWith('+00')) {
    return toInstant(text);
  }
  const match = TIMESTAMPTZ_TEXT.exec(text);
  if (!match) throw new Error(`timestamptz "${text}" is not a UTC instant of a four-digit year`);
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`;
}

/**
 * Of `YYYY-MM-DD HH:MM:SS.ffffff+00`. Character by character, which makes a string of its own: slices joined in a
 * template keep the driver's text and each piece of it alive for as long as the instant, and with two instants a row
 * a reader of the log spent a quarter of its time on collecting garbage.
 */
function toInstant(text: string): string {
  const at = (index: number) => text.charCodeAt(index);
  // biome-ignore format: as it reads
  return String.fromCharCode(
    at(0), at(1), at(2), at(3), DASH, at(5), at(6), DASH, at(8), at(9), LETTER_T,
    at(11), at(12), COLON, at(14), at(15), COLON, at(17), at(18), POINT,
    at(20), at(21), at(22), at(23), at(24), at(25), LETTER_Z,
  );
}

const [DASH, COLON, POINT, LETTER_T, LETTER_Z] = [45, 58, 46, 84, 90];

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, BigInt],
  [TIMESTAMPTZ, parseInstantColumn],
  // The driver would make these a Date in the machine's own time zone.
  [DATE, String],
  [TIMESTAMP, String],
  [INT8_ARRAY, (text) => parseArray(text, BigInt)],
  [TIMESTAMPTZ_ARRAY, (text) => parseArray(text, parseInstantColumn)],
]);

function parseArray(text: string, parse: (element: string) => unknown): unknown[] {
  return arrayParser.create(text, parse).parse();
}

/** Given to each pool, so that nothing depends on the driver's global table. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    const parse = format === 'binary' ? undefined : parsers.get(oid);
    return parse ?? types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};
