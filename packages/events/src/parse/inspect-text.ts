/**
 * What JSON.parse does not tell. It takes the last of two members with one name, rounds numbers that a double can't
 * hold, goes as deep as the text does, and may misread names with escapes. Each would change what an event says
 * without a word, so the text is read once more. The text is known to be JSON here: only strings, brackets, colons and
 * numbers matter.
 *
 * Strings are skipped with indexOf, so the loop runs over the few characters between them.
 */
export interface TextFacts {
  /** Members of all objects together, repeated names counted each time. */
  readonly members: number;
  /** Whether a member's name is written with an escape. */
  readonly hasEscapedNames: boolean;
  /** Where the first value stands that is nested too deep, or −1. */
  readonly tooDeepAt: number;
  /** Where the first number stands that is not safe, or −1. */
  readonly unsafeNumberAt: number;
}

export const NESTING_DEPTH_MAX = 32;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SAFE_DIGITS = 15;

export function inspectText(text: string): TextFacts {
  let members = 0;
  let depth = 0;
  let unsafeNumberAt = -1;
  let hasEscapedNames = false;
  let isEscapedString = false;
  let backslashAt = text.indexOf('\\');
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = stringEnd(text, at);
      if (backslashAt !== -1 && backslashAt < at) backslashAt = text.indexOf('\\', at);
      isEscapedString = backslashAt !== -1 && backslashAt < end;
      at = end;
      continue;
    }
    if (char === COLON) {
      members += 1;
      hasEscapedNames ||= isEscapedString;
    } else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > NESTING_DEPTH_MAX) return { members, hasEscapedNames, tooDeepAt: at, unsafeNumberAt };
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
    else if (char === 0x2d || isDigit(char)) {
      const end = numberEnd(text, at);
      if (unsafeNumberAt === -1 && !isSafeNumber(text, at, end)) unsafeNumberAt = at;
      at = end;
      continue;
    }
    at += 1;
  }
  return { members, hasEscapedNames, tooDeepAt: -1, unsafeNumberAt };
}

/** The index after a string's closing quote. */
export function stringEnd(text: string, start: number): number {
  let close = start;
  do {
    close = text.indexOf('"', close + 1);
    if (close === -1) return text.length;
  } while (text.charCodeAt(close - 1) === BACKSLASH && isEscaped(text, close));
  return close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/** The index after a number. */
function numberEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length) {
    const char = text.charCodeAt(end);
    if (!isDigit(char) && char !== 0x2e && char !== 0x2b && char !== 0x2d && (char | 0x20) !== 0x65) break;
    end += 1;
  }
  return end;
}

function isSafeNumber(text: string, start: number, end: number): boolean {
  if (end - start <= SAFE_DIGITS && isInteger(text, start, end)) return true;
  const source = text.slice(start, end);
  const value = Number(source);
  if (!Number.isInteger(value)) return Number.isFinite(value);
  return Number.isSafeInteger(value) && denotesInteger(source);
}

function isInteger(text: string, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at += 1) {
    if (!isDigit(text.charCodeAt(at))) return false;
  }
  return true;
}

/** Whether a JSON number is an integer as written: 1e2 and 12.00 are, 12.00000000000000001 is not. */
function denotesInteger(source: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = whole + fraction;
  let zeros = 0;
  while (zeros < digits.length && digits.charCodeAt(digits.length - 1 - zeros) === 0x30) zeros += 1;
  return zeros === digits.length || Number(exponent) + zeros - fraction.length >= 0;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}
