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
  // Almost all of them, and a batch of the log has thousands: the same without a regular expression.
  if (text.length === 29 && text[4] === '-' && text[10] === ' ' && text[19] === '.' && text.endsWith('+00')) {
    return `${text.slice(0, 10)}T${text.slice(11, 26)}Z`;
  }
  const match = TIMESTAMPTZ_TEXT.exec(text);
  if (!match) throw new Error(`timestamptz "${text}" is not a UTC instant of a four-digit year`);
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`;
}

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
