import { inspectText } from './inspect-text.ts';
import { parseEscapedNames } from './parse-escaped-names.ts';

/**
 * Reads `data` as the log holds it, from its text (`data::text`). Whoever recomputes a fingerprint must not leave this
 * to JSON.parse, nor to a driver that does: it can misread member names that are written with escapes.
 */
export function readStoredData(text: string): unknown {
  return text.includes('\\') && inspectText(text).hasEscapedNames ? parseEscapedNames(text) : JSON.parse(text);
}
