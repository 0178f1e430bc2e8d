/** Keeps messages that can't be events, with the reason and the raw body. */
import type pg from 'pg';

export interface RejectedMessage {
  readonly messageId: string;
  /** One of the catalogue's rejection codes, or `refused_by_log`. */
  readonly code: string;
  /** Path of the wrong field, for example `data.amount`; empty for the whole body. */
  readonly field: string;
  readonly reason: string;
  /** The message body as it came. */
  readonly body: string;
}

const REJECT = 'select ledger.reject_messages($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])';

export async function rejectMessages(pool: pg.Pool, messages: readonly RejectedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await pool.query(REJECT, [
    messages.map((m) => m.messageId),
    messages.map((m) => m.code),
    messages.map((m) => withoutNul(m.field)),
    messages.map((m) => withoutNul(m.reason)),
    messages.map((m) => Buffer.from(m.body, 'utf8')),
  ]);
}

/** PostgreSQL's text can't hold NUL; field names and messages may quote what a producer wrote. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\\0').toWellFormed();
}
