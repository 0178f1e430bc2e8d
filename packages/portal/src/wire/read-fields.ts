// Readers for the edge of the page: each returns the field in its type or throws a WireError that names it.

export class WireError extends Error {
  override readonly name = 'WireError';
}

export type Fields = Readonly<Record<string, unknown>>;

export function readFields(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new WireError(`${at} is not an object`);
}

export function readText(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new WireError(`${name} is not text`);
}

export function readOptionalText(fields: Fields, name: string): string | null {
  return fields[name] === undefined || fields[name] === null ? null : readText(fields, name);
}

export function readInteger(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new WireError(`${name} is not an integer`);
}

export function readOptionalInteger(fields: Fields, name: string): number | null {
  return fields[name] === undefined || fields[name] === null ? null : readInteger(fields, name);
}

export function readExact(fields: Fields, name: string): bigint {
  const value = fields[name];
  if (typeof value === 'bigint') return value;
  throw new WireError(`${name} is not an exact integer`);
}

export function readOptionalExact(fields: Fields, name: string): bigint | null {
  return fields[name] === undefined || fields[name] === null ? null : readExact(fields, name);
}

export function readList<Item>(fields: Fields, name: string, read: (value: unknown) => Item): readonly Item[] {
  const value = fields[name];
  if (Array.isArray(value)) return value.map(read);
  throw new WireError(`${name} is not a list`);
}
