// In the language, and not yet in the compiler's own library.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** JSON in which a bigint is an exact integer. Otherwise as `JSON.stringify`, and never undefined. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, writeBigint) ?? 'null';
}

function writeBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(value.toString()) : value;
}
