/**
 * What the database refused, and what then is to be done: the one place where SQLSTATEs and the names of constraints
 * become outcomes. ERRORS.md is the same list for readers; a test holds both, and the constraints of the schema, equal.
 *
 * - `retry`: the same call may succeed. At once where only another transaction was in the way (a race has a winner);
 *   later where the server has trouble.
 * - `reject`: this very item is to blame. The writer keeps its message as a rejection; a consumer stops its partition.
 * - `crash`: we are, or whoever operates us. Nothing is rejected for it and nothing skipped: it fails loudly, and the
 *   work is there when the cause is mended.
 */
import { isTransientDatabaseError } from '@northwind/service-kit';

export interface LedgerError {
  readonly code: string;
  readonly disposition: 'retry' | 'reject' | 'crash';
  readonly message: string;
  /** For `retry`: without waiting. */
  readonly atOnce?: true;
}

const crash = (code: string, message: string): LedgerError => ({ code, disposition: 'crash', message });
const reject = (code: string, message: string): LedgerError => ({ code, disposition: 'reject', message });
const race = (code: string, message: string): LedgerError => ({ code, disposition: 'retry', message, atOnce: true });

const call = crash('call_refused', 'the log refused the call itself: its arrays, or a partition that is not there');
const defect = crash('log_defect', 'a rule of the log that only its own functions can break');
const order = crash('order_refused', 'an order to a consumer group, or its record, is not complete');
const seal = reject('seal_refused', 'the block does not follow the chain of its partition');

const fingerprintMalformed = crash('fingerprint_malformed', 'the fingerprint is not a SHA-256: it is ours to compute');

/** Every constraint of schema ledger. */
export const CONSTRAINTS: Readonly<Record<string, LedgerError>> = {
  break_glass_uses_actor_said: crash('glass_unbroken', 'the break-glass wants to know who and why'),
  break_glass_uses_change_has_table: defect,
  break_glass_uses_operation_known: defect,
  break_glass_uses_pk: defect,
  break_glass_uses_reason_said: crash('glass_unbroken', 'the break-glass wants to know who and why'),
  conflicts_fingerprint_is_sha256: fingerprintMalformed,
  conflicts_once_per_body: defect,
  conflicts_pk: defect,
  consumer_actions_action_known: order,
  consumer_actions_actor_said: order,
  consumer_actions_pk: defect,
  consumer_actions_seek_has_reason: order,
  consumer_offsets_next_offset_not_negative: defect,
  consumer_offsets_pk: defect,
  consumer_offsets_stopped_with_reason: defect,
  events_fingerprint_is_sha256: fingerprintMalformed,
  events_idempotency_key_unique: race(
    'key_race',
    'another append brought the same key at the same moment; the next try sees its event',
  ),
  events_occurred_at_is_finite: call,
  events_pk: crash('head_behind_events', 'an event stands at or above the head of its partition: the log is damaged'),
  events_recorded_at_is_finite: defect,
  events_version_is_positive: call,
  intake_currency_is_a_code: call,
  intake_outcome_known: defect,
  intake_pk: defect,
  partitions_next_offset_not_negative: defect,
  partitions_partition_not_negative: defect,
  partitions_pk: defect,
  partitions_recorded_at_is_finite: defect,
  rejections_once_per_message: defect,
  rejections_pk: defect,
  seals_begin_at_zero: seal,
  seals_follow_the_block_before: seal,
  seals_hashes_are_sha256: seal,
  seals_not_empty: seal,
  seals_one_per_stretch: seal,
  seals_pk: seal,
  seals_prefix_per_leaf: seal,
};

/** By SQLSTATE; two characters are a whole class, which counts when the code itself is not listed. */
export const SQLSTATES: Readonly<Record<string, LedgerError>> = {
  '22004': call,
  '2202E': call,
  '22P03': call,
  '22': reject('value_refused', 'a value that no column can hold'),
  '25000': crash('wrong_isolation', 'the append needs READ COMMITTED'),
  '40001': race('serialization', 'another transaction was in the way'),
  '40P01': race('deadlock', 'another transaction was in the way'),
  '42501': crash('not_allowed', 'a grant is missing, or something was about to change what is append-only'),
  P0004: call,
};

/** A check on the events that this code does not know, added by who operates the database: it is about the event. */
export const UNKNOWN_CHECK = reject('rule_broken', 'a check on ledger.events that this release does not know');
export const TROUBLE: LedgerError = {
  code: 'database_trouble',
  disposition: 'retry',
  message: 'the server or the way to it has trouble',
};
export const UNKNOWN = crash('unknown', 'anything else');

const SQLSTATE = /^[0-9A-Z]{5}$/;
const CHECK_VIOLATION = '23514';

export function classifyLedgerError(error: unknown): LedgerError {
  const { code, constraint, table } = (error ?? {}) as { code?: unknown; constraint?: string; table?: string };
  if (typeof code === 'string' && SQLSTATE.test(code)) {
    const listed = constraint === undefined ? undefined : lookUp(CONSTRAINTS, constraint);
    const known = listed ?? lookUp(SQLSTATES, code) ?? lookUp(SQLSTATES, code.slice(0, 2));
    if (known) return known;
    if (code === CHECK_VIOLATION && table === 'events' && constraint !== undefined) return UNKNOWN_CHECK;
  }
  return isTransientDatabaseError(error) ? TROUBLE : UNKNOWN;
}

/** The same call is to be made again now: only another transaction was in the way. */
export function isRaceLost(error: unknown): boolean {
  return classifyLedgerError(error).atOnce === true;
}

/** One of the events of the call can't stand in the log. */
export function isDataRefused(error: unknown): boolean {
  return classifyLedgerError(error).disposition === 'reject';
}

/**
 * For a consumer: whether the item that it applied is to blame. So it is for what our own code threw over it, for a
 * value that no column can hold (class 22), and for a rule of the tables that it is applied to (class 23), be they
 * whose they are. A missing grant or a lost server would fail every item alike, and stopping one partition after
 * another for it would only make work for people.
 */
export function isOfTheEvent(error: unknown): boolean {
  if (isTransientDatabaseError(error)) return false;
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: string };
  if (typeof code !== 'string' || !SQLSTATE.test(code)) return true;
  const listed = constraint === undefined ? undefined : lookUp(CONSTRAINTS, constraint);
  return listed ? listed.disposition === 'reject' : code.startsWith('22') || code.startsWith('23');
}

function lookUp(table: Readonly<Record<string, LedgerError>>, name: string): LedgerError | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
