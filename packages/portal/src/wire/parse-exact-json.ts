// Money and offsets may pass 2^53. A JSON number becomes a double before any reviver sees it, so the digits are read
// from the source text instead: `context.source` is the text of the number exactly as it was sent.

const isExact = (key: string): boolean => key === 'offset' || key.endsWith('Minor');

export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || !isExact(key)) return value;
    if (context?.source !== undefined) return BigInt(context.source);
    // A browser without `context.source`: a safe integer is still exact, anything else must not be shown as money.
    if (Number.isSafeInteger(value)) return BigInt(value);
    throw new SyntaxError(`${key} is not an exact integer in this browser`);
  });
}
