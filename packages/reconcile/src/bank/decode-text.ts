/** Bytes of an XML file as text, in the encoding that it declares. */
import { BankStatementError } from './statement-error.ts';

/** A day of a busy account is some tens of megabytes; a file is read as a whole. */
export const STATEMENT_BYTES_MAX = 64 * 1024 * 1024;

/** What banks write. ISO 20022 asks for UTF-8; the others are left over from files that it replaced. */
const ENCODINGS = new Set(['utf-8', 'us-ascii', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'utf-16']);

const DECLARATION = /^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/;

/** Throws BankStatementError for an encoding that is not known, or that the bytes are not in. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.byteLength > STATEMENT_BYTES_MAX) {
    throw new BankStatementError(`it has ${bytes.byteLength} bytes, at most ${STATEMENT_BYTES_MAX} are read`);
  }
  const encoding = encodingOf(bytes);
  if (!ENCODINGS.has(encoding.replace(/^utf-16[bl]e$/, 'utf-16'))) {
    throw new BankStatementError(`its encoding ${encoding} is not one of ${[...ENCODINGS].join(', ')}`);
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new BankStatementError(`its bytes are not ${encoding}, which it says it is in`);
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const head = new TextDecoder('latin1').decode(bytes.subarray(hasMark ? 3 : 0, 200));
  return (DECLARATION.exec(head)?.[1] ?? 'utf-8').toLowerCase();
}
