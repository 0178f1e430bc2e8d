import { z } from 'zod';
import { parseInstant } from '../instant/parse-instant.ts';
import { CURRENCIES_WITHOUT_MINOR_UNIT, CURRENCY_CODES, isCurrency } from '../money/currencies.ts';
import { quote, type RejectionCode } from '../parse/rejection.ts';

/** The leaf schemas of the catalogue. Each names its rejection; lengths count code points, as JSON Schema does. */

export const ID_LENGTH_MAX = 128;
const REASON_LENGTH_MAX = 1000;
const PAYMENT_IDS_MAX = 10_000;
const CONTROL_CHARACTER = /\p{Cc}/u;
const REASON_CODE = /^[A-Z0-9]{1,4}$/;
const CALENDAR_DATE = /^\d{4}-\d\d-\d\d$/;

interface Context<T> {
  readonly value: T;
  readonly issues: z.core.$ZodRawIssue[];
}

/** Adds an issue that carries its rejection code. */
export function refuse<T>(ctx: Context<T>, code: RejectionCode, message: string, path: PropertyKey[] = []): void {
  ctx.issues.push({ code: 'custom', input: ctx.value, message, params: { code }, path });
}

/** A text that is not blank and has at most `lengthMax` characters. */
export function text(lengthMax: number, description: string) {
  return z
    .string()
    .check((ctx) => refuseText(ctx, ctx.value, lengthMax))
    .meta({ description, ...textRules(lengthMax) });
}

function textRules(lengthMax: number) {
  return { minLength: 1, maxLength: lengthMax, pattern: '\\S' };
}

function refuseText(ctx: Context<unknown>, value: string, lengthMax: number, path: PropertyKey[] = []): void {
  if (value.trim() === '') refuse(ctx, 'text_empty', `is empty; send 1 to ${lengthMax} characters`, path);
  else if (value.length > lengthMax && codePoints(value) > lengthMax) {
    refuse(ctx, 'text_too_long', `has ${codePoints(value)} characters; send at most ${lengthMax}`, path);
  }
}

/** A text of at most 128 characters that can go into URLs, headers and log lines: it holds no control characters. */
export function id(description: string) {
  return z
    .string()
    .check((ctx) => refuseId(ctx, ctx.value))
    .meta({ description, ...idRules() });
}

/** As one pattern: spaces, something that is neither a space nor a control character, no control characters. */
function idRules() {
  const controls = '\\u0000-\\u001F\\u007F-\\u009F';
  return { ...textRules(ID_LENGTH_MAX), pattern: `^[^\\S${controls}]*[^\\s${controls}][^${controls}]*$` };
}

function refuseId(ctx: Context<unknown>, value: string, path: PropertyKey[] = []): void {
  refuseText(ctx, value, ID_LENGTH_MAX, path);
  const [control] = CONTROL_CHARACTER.exec(value) ?? [];
  if (control === undefined) return;
  const codePoint = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  refuse(ctx, 'control_character', `holds the control character U+${codePoint}; send an id without any`, path);
}

export function reasonText(description: string) {
  return text(REASON_LENGTH_MAX, description);
}

export const merchantId = id('Whose money it is. All events of one merchant are totally ordered.');

export const currency = z
  .string()
  .check((ctx) => {
    if (isCurrency(ctx.value)) return;
    const why = CURRENCIES_WITHOUT_MINOR_UNIT.has(ctx.value) ? 'has no minor unit' : 'is not a current currency';
    refuse(ctx, 'currency_unknown', `${quote(ctx.value)} ${why}; send an ISO 4217 code such as EUR`);
  })
  .meta({ description: 'ISO 4217 code; its exponent says what a minor unit is.', enum: [...CURRENCY_CODES] });

export const positiveAmount = amount(1, 'Minor units, more than zero.');
export const unsignedAmount = amount(0, 'Minor units, zero or more.');
export const signedAmount = amount(-Number.MAX_SAFE_INTEGER, 'Minor units; negative takes from the merchant.');

export const payoutMethod = z.enum(['instant', 'standard']).meta({ description: 'How fast the money travels.' });

export const reasonCode = z
  .string()
  .check((ctx) => {
    if (!REASON_CODE.test(ctx.value)) {
      refuse(ctx, 'reason_code_invalid', `${quote(ctx.value)} is not an ISO 20022 reason code; send one such as AC04`);
    }
  })
  .meta({ description: 'ISO 20022 external reason code, e.g. AC04.', pattern: REASON_CODE.source });

export const expectedArrival = z
  .string()
  .check((ctx) => {
    const written = CALENDAR_DATE.test(ctx.value) ? `${ctx.value}T00:00:00Z` : ctx.value;
    const result = parseInstant(written);
    if (!result.ok) refuse(ctx, result.code, `${quote(ctx.value)} ${result.message}, or a date such as 2026-11-24`);
  })
  .meta({
    description: 'When the money should arrive: an RFC 3339 date or timestamp.',
    anyOf: [{ format: 'date' }, { format: 'date-time' }],
  });

/** Stops at the first bad item: a schema per item would report them all, at a second for a body full of them. */
export const paymentIds = z
  .array(z.custom<string>())
  .check((ctx) => {
    const { value, issues } = ctx;
    if (value.length > PAYMENT_IDS_MAX) {
      refuse(ctx, 'list_too_long', `has ${value.length} items; send at most ${PAYMENT_IDS_MAX}, or leave it out`);
    }
    for (let index = 0; index < value.length && issues.length === 0; index += 1) {
      const item: unknown = value[index];
      if (typeof item === 'string') refuseId(ctx, item, [index]);
      else refuse(ctx, 'wrong_type', `is ${quote(item)}; send a string`, [index]);
    }
  })
  .meta({
    description: 'The payments that this payout pays.',
    maxItems: PAYMENT_IDS_MAX,
    items: { type: 'string', ...idRules() },
  });

/** An object check: the part can't be larger than the whole. */
export function notAbove<Part extends string>(part: Part) {
  return (ctx: Context<{ readonly amount: number } & { readonly [key in Part]?: number | undefined }>): void => {
    const { amount } = ctx.value;
    const value = ctx.value[part];
    if (typeof value !== 'number' || typeof amount !== 'number' || value <= amount) return;
    refuse(ctx, 'amount_above_total', `is ${value}; send at most the amount it is part of, ${amount}`, [part]);
  };
}

function amount(minimum: number, description: string) {
  return z
    .number()
    .check((ctx) => {
      const { value } = ctx;
      if (!Number.isInteger(value)) {
        refuse(ctx, 'amount_fractional', `is ${value}; send an integer of minor units (12.34 EUR is 1234)`);
      } else if (!Number.isSafeInteger(value)) {
        refuse(ctx, 'number_unsafe', `is beyond ±9007199254740991, the most that one event may carry`);
      } else if (value < minimum) {
        if (value === 0) refuse(ctx, 'amount_zero', 'is 0; send more than zero minor units');
        else refuse(ctx, 'amount_negative', `is ${value}; send minor units without a sign`);
      }
    })
    .meta({ description, type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER });
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}
