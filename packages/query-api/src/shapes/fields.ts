/** Small shapes that several answers and requests use. */
import { parseInstant } from '@northwind/events';
import { z } from 'zod';
import { describe } from './registry.ts';

export const ID_LENGTH_MAX = 128;

const CONTROL_CHARACTERS = /\p{Cc}/u;

/** An id in a request: any text without control characters. An answer gives what the tables hold, as a plain string. */
export const idSchema = z
  .string()
  .min(1)
  .max(ID_LENGTH_MAX)
  .refine((id) => id.isWellFormed() && !CONTROL_CHARACTERS.test(id), 'must not hold control characters');

const REASON_LENGTH_MAX = 500;

/** Why somebody does it, for a record. */
export const reasonSchema = describe(
  z
    .string()
    .trim()
    .min(1)
    .max(REASON_LENGTH_MAX)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be plain text'),
  'Why; it is recorded.',
);
/** A time in a request: RFC 3339, in any zone. */
export const momentQuerySchema = z
  .string()
  .max(40)
  .refine((text) => parseInstant(text).ok, 'must be a time with its zone, as in 2026-11-22T06:00:00Z');

/** PostgreSQL knows no year 0. */
const FIRST_DAY = '0001-01-01';

/** A day (UTC) in a request. */
export const daySchema = z.iso.date().refine((day) => day >= FIRST_DAY, 'begins with the year 0001');

/** A UTC time in a request. */
export const utcTimeSchema = z.iso.datetime().refine((time) => time >= FIRST_DAY, 'begins with the year 0001');

export const instantSchema = describe(z.string(), 'UTC with six fraction digits: `2026-11-22T06:00:00.000000Z`.');

export const minorSchema = describe(
  z.bigint(),
  'Money in minor units of the currency (see `exponent`): an exact integer that may pass 2^53.',
);

export const currencySchema = describe(z.string(), 'ISO 4217 code.');
export const exponentSchema = describe(z.int(), 'How many of the digits are the minor unit’s: 2 for EUR, 0 for JPY.');

/** What finance and operators add to say whose data they ask for. */
export const merchantQuery = {
  merchantId: describe(
    idSchema.clone().optional(),
    'Whose data. Finance and operators have to say it; a merchant may leave it out and can’t name another one.',
  ),
};
