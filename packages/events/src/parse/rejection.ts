/**
 * The closed list of reasons why a message can't be an event. Each is a disposition "reject": the same body would be
 * refused again, so the message is recorded with its reason and leaves the queue.
 */
export const REJECTION_CODES = {
  body_too_large: 'The body is longer than 262,144 bytes of UTF-8.',
  nul_character: 'A string or a key holds U+0000.',
  lone_surrogate: 'A string or a key holds half of a surrogate pair.',
  not_json: 'The body is not JSON (RFC 8259).',
  nesting_too_deep: 'Objects and arrays are nested more than 32 deep.',
  number_unsafe: 'A number is beyond ±(2^53−1), or would be rounded to an integer.',
  duplicate_key: 'An object names the same member twice.',
  prototype_key: 'A member is called `__proto__`, `constructor` or `prototype`.',
  not_an_object: 'The body, or its data, is not a JSON object.',
  missing: 'A required member is absent.',
  wrong_type: 'A member has another JSON type than the catalogue says.',
  specversion_unsupported: 'specversion is not 1.0.',
  type_unknown: 'The event type is not in the catalogue.',
  text_empty: 'An id or a text is empty or blank.',
  text_too_long: 'An id or a text is over its limit.',
  control_character: 'An id holds a control character (Unicode category Cc).',
  source_invalid: 'source is not a URI reference.',
  content_type_unsupported: 'datacontenttype is not application/json, or the data came as data_base64.',
  dataschema_unknown: 'dataschema is not a schema of this event type.',
  version_unknown: 'dataschema names a version that the catalogue does not have.',
  time_invalid: 'A time is not an RFC 3339 timestamp of a real day and second.',
  time_zone_missing: 'A time has neither Z nor an offset.',
  time_too_precise: 'A time has more than six fraction digits.',
  time_out_of_range: 'A time is before 1970 or after 9999 in UTC.',
  time_in_future: 'The event lies more than a day ahead of its receipt.',
  amount_fractional: 'An amount is not an integer of minor units.',
  amount_negative: 'An amount that can not be negative is.',
  amount_zero: 'An amount that must be positive is zero.',
  amount_above_total: 'A part (fee, feeRefunded) is larger than the amount it is part of.',
  currency_unknown: 'A currency is not a current ISO 4217 code that has minor units.',
  reason_code_invalid: 'A reason code does not have the form of ISO 20022: one to four of A–Z and 0–9.',
  value_not_allowed: 'A member has a value outside its list.',
  list_too_long: 'A list has more items than allowed.',
} as const;

export type RejectionCode = keyof typeof REJECTION_CODES;

export interface Rejection {
  readonly code: RejectionCode;
  /** Where: `body` for the whole message, else a path such as `data.amount` or `data.paymentIds[3]`. Safe to store. */
  readonly field: string;
  /** One sentence that says what is wrong and what to send instead. Safe to store. */
  readonly message: string;
}

export const WHOLE_BODY = 'body';

const QUOTE_LENGTH_MAX = 40;
const FIELD_LENGTH_MAX = 256;
const PLAIN_KEY = /^[A-Za-z_$][\w$-]{0,63}$/;

/**
 * Shows a value of the sender inside a message. JSON.stringify writes NUL and lone surrogates as escapes, so the
 * result can always be stored and logged.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    const shown = value.length > QUOTE_LENGTH_MAX ? `${value.slice(0, QUOTE_LENGTH_MAX)}…` : value;
    return JSON.stringify(shown);
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `an ${typeof value}`;
}

export function fieldPath(path: readonly PropertyKey[]): string {
  let field = '';
  for (const step of path) {
    if (field.length > FIELD_LENGTH_MAX) return `${field.slice(0, FIELD_LENGTH_MAX).toWellFormed()}…`;
    if (typeof step === 'number') field += `[${step}]`;
    else if (PLAIN_KEY.test(String(step))) field += field === '' ? String(step) : `.${String(step)}`;
    else field += `[${quote(String(step))}]`;
  }
  return field === '' ? WHOLE_BODY : field;
}

export function rejection(code: RejectionCode, field: string, message: string): Rejection {
  return { code, field, message };
}
