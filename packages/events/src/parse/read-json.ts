import { inspectText, NESTING_DEPTH_MAX } from './inspect-text.ts';
import { ValueInspection } from './inspect-value.ts';
import { locateDuplicate, locateValue } from './locate-member.ts';
import { parseEscapedNames } from './parse-escaped-names.ts';
import { fieldPath, quote, type Rejection, type RejectionCode, rejection, WHOLE_BODY } from './rejection.ts';

export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly rejection: Rejection };

/** 256 KiB: hundreds of times a real event, and a quarter of what SQS carries, so that a batch stays small. */
export const BODY_BYTES_MAX = 262_144;

const TEXT_MESSAGES: Partial<Record<RejectionCode, string>> = {
  nul_character: 'holds the character U+0000, which can’t be stored; send the text without it',
  lone_surrogate: 'holds half of a surrogate pair, which is not Unicode text; send well-formed UTF-8',
  prototype_key: 'is a name that objects reserve; call the member something else',
};

/**
 * Reads JSON strictly (RFC 7493, I-JSON): every name once, every number as written, all text storable. In this order:
 * size, characters, syntax, depth, numbers, names and texts, duplicates.
 */
export function readJson(body: string): JsonResult {
  if (body.length > BODY_BYTES_MAX / 3 && utf8Length(body) > BODY_BYTES_MAX) {
    return refused('body_too_large', [], `is longer than ${BODY_BYTES_MAX} bytes of UTF-8; send less with one event`);
  }
  if (body.includes('\0')) return refused('nul_character', []);
  if (!body.isWellFormed()) return refused('lone_surrogate', []);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refused('not_json', [], `is not JSON: it begins with ${quote(body)}; send one CloudEvent as a JSON object`);
  }
  return inspect(body, value);
}

function inspect(body: string, parsed: unknown): JsonResult {
  const facts = inspectText(body);
  if (facts.tooDeepAt !== -1) {
    const message = `is nested more than ${NESTING_DEPTH_MAX} deep; send a flatter object`;
    return refused('nesting_too_deep', locateValue(body, facts.tooDeepAt), message);
  }
  if (facts.unsafeNumberAt !== -1) {
    const message = 'is a number that would be rounded or is beyond ±9007199254740991; send less, or a string';
    return refused('number_unsafe', locateValue(body, facts.unsafeNumberAt), message);
  }
  const value = facts.hasEscapedNames ? parseEscapedNames(body) : parsed;
  const inspection = new ValueInspection(body.includes('\\'));
  inspection.visit(value);
  if (inspection.problem !== null) return refused(inspection.problem.code, inspection.problem.path);
  if (inspection.members !== facts.members) {
    return refused('duplicate_key', locateDuplicate(body), 'is there twice in one object; send it once');
  }
  return { ok: true, value };
}

function refused(code: RejectionCode, path: readonly PropertyKey[], message = TEXT_MESSAGES[code] ?? ''): JsonResult {
  const field = path.length === 0 ? WHOLE_BODY : fieldPath(path);
  return { ok: false, rejection: rejection(code, field, `${field} ${message}`) };
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // A surrogate pair is four bytes in two units: one more for each half.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
