/** Headers as a receipt may keep them: people read receipts who must not be able to act as the merchant. */
import type { HeaderRecord } from './receipt.ts';

export const REDACTED = '[redacted]';

/** Whatever may be taken for a credential. A signature is none: it proves one message, for minutes. */
const CREDENTIALS = /^(authorization|proxy-authorization|cookie|set-cookie|.*(key|secret|token|password).*)$/;

/** Names in lower case. What has no value is left out. */
export function redactHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderRecord {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) kept[name] = CREDENTIALS.test(name) ? REDACTED : value;
  }
  return kept;
}
