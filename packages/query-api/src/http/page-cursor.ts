/**
 * The opaque cursor of a list: where the next page begins, and the filter it was made for. It grants nothing: a query
 * is always bound to the merchant that asks.
 */
import { z } from 'zod';
import { Problem } from './problems.ts';

const INT8_MAX = 2n ** 63n - 1n;

const cursorSchema = z.strictObject({
  v: z.literal(1),
  before: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform(BigInt)
    .refine((offset) => offset <= INT8_MAX),
  filter: z.string().nullable(),
});

export const CURSOR_LENGTH_MAX = 512;

/** `before`: the offset of the last row of this page. */
export function writePageCursor(before: bigint, filter: string | null): string {
  return Buffer.from(JSON.stringify({ v: 1, before: before.toString(), filter })).toString('base64url');
}

/**
 * Where the page begins. `field` is the parameter that it came in. Throws the problem `cursor_invalid` on anything
 * that writePageCursor has not written.
 */
export function readPageCursor(cursor: string, filter: string | null, field = 'cursor'): bigint {
  const parsed = cursorSchema.safeParse(decode(cursor));
  if (!parsed.success) throw refusal(field, 'is not a cursor of this list');
  if (parsed.data.filter !== filter)
    throw refusal(field, 'belongs to a list with another filter; start without a cursor');
  return parsed.data.before;
}

const idCursorSchema = z.strictObject({ v: z.literal(1), before: z.uuid(), filter: z.string() });

/** As above, for a list whose order is that of its rows' ids. */
export function writeIdCursor(before: string, filter: string): string {
  return Buffer.from(JSON.stringify({ v: 1, before, filter })).toString('base64url');
}

/** Throws the problem `cursor_invalid` on anything that writeIdCursor has not written for the same filter. */
export function readIdCursor(cursor: string, filter: string, field = 'cursor'): string {
  const parsed = idCursorSchema.safeParse(decode(cursor));
  if (!parsed.success) throw refusal(field, 'is not a cursor of this list');
  if (parsed.data.filter !== filter)
    throw refusal(field, 'belongs to a list with another filter; start without a cursor');
  return parsed.data.before;
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function refusal(field: string, message: string): Problem {
  return new Problem('cursor_invalid', 'Use the nextCursor of the answer before.', [{ field, message }]);
}
