import { OWN_SECRET_BYTES } from '../limits.ts';
import { parseSecret } from './secret.ts';

/** Random bytes of this length with so few different values among them do not happen (24 of them: once in 10^26). */
const DIFFERENT_BYTES_MIN = 8;

export type CheckedSecret =
  | { readonly ok: true; readonly key: Buffer }
  | { readonly ok: false; readonly code: 'secret_form' | 'secret_weak' };

/** A secret that a merchant brings: `whsec_` and 24 to 64 random bytes in standard base64, padded. */
export function checkOwnSecret(text: string): CheckedSecret {
  const key = parse(text);
  if (key === null || key.length < OWN_SECRET_BYTES.min || key.length > OWN_SECRET_BYTES.max) {
    return { ok: false, code: 'secret_form' };
  }
  return new Set(key).size < DIFFERENT_BYTES_MIN ? { ok: false, code: 'secret_weak' } : { ok: true, key };
}

function parse(text: string): Buffer | null {
  try {
    return parseSecret(text);
  } catch {
    return null;
  }
}
