import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

// Most events are short and ASCII. Copying their characters into one standing buffer is half the cost of a TextEncoder.
const scratch = new Uint8Array(1024);

/** SHA-256 of a text's UTF-8 bytes: 32 bytes. */
export function hashText(text: string): Uint8Array {
  return sha256(asciiBytes(text) ?? utf8ToBytes(text));
}

function asciiBytes(text: string): Uint8Array | null {
  const length = text.length;
  if (length > scratch.length) return null;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return null;
    scratch[index] = unit;
  }
  return scratch.subarray(0, length);
}
