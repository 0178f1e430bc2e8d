/**
 * Writes one unit to the log, in order.
 *
 * When the log refuses the data of an event that the catalogue let through, the unit is halved until that event stands
 * alone and is kept as a rejection (`refused_by_log`): the rest goes through and nothing is lost. What was committed by
 * then is done with, whatever becomes of the rest.
 */
import { type AppendOutcome, type EventLog, isDataRefused, type RejectedMessage } from '@northwind/event-store';
import type { HeldMessage } from '../queue/held-message.ts';
import type { Content } from './judge-message.ts';
import type { Pending } from './lanes.ts';

export interface BatchCounts {
  readonly appended: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly rejected: number;
}

export interface RecordedUnit {
  /** What is not committed, in order. */
  readonly left: readonly Pending<Content>[];
  /** Why not. */
  readonly error: unknown;
}

/** Told of the messages of each call that committed. What it throws is a defect, and says nothing of the unit. */
export type OnCommitted = (messages: readonly HeldMessage[], counts: BatchCounts) => void;

const NONE: BatchCounts = { appended: 0, duplicate: 0, conflict: 0, rejected: 0 };

export async function recordUnit(
  log: EventLog,
  pending: readonly Pending<Content>[],
  onCommitted: OnCommitted,
): Promise<RecordedUnit> {
  const parts = [pending];
  for (let part = parts.shift(); part; part = parts.shift()) {
    let counts: BatchCounts;
    try {
      counts = await recordPart(log, part);
    } catch (error) {
      if (!isDataRefused(error) || part.length === 1) return { left: [part, ...parts].flat(), error };
      const middle = Math.ceil(part.length / 2);
      parts.unshift(part.slice(0, middle), part.slice(middle));
      continue;
    }
    onCommitted(
      part.map(({ message }) => message),
      counts,
    );
  }
  return { left: [], error: null };
}

async function recordPart(log: EventLog, part: readonly Pending<Content>[]): Promise<BatchCounts> {
  const rejected = part.flatMap(({ content }) => (content.kind === 'rejection' ? [content.rejected] : []));
  if (rejected.length > 0) {
    if (rejected.length !== part.length) throw new Error('a unit holds either events or rejections');
    await log.reject(rejected);
    return { ...NONE, rejected: rejected.length };
  }
  try {
    return countOutcomes(await log.append(toEvents(part)), part.length);
  } catch (error) {
    const [only] = part;
    if (part.length > 1 || only === undefined || !isDataRefused(error)) throw error;
    await log.reject([refusedByLog(only.message, error)]);
    return { ...NONE, rejected: 1 };
  }
}

function toEvents(part: readonly Pending<Content>[]) {
  return part.flatMap(({ content, message }) =>
    content.kind === 'event' ? [{ event: content.event, messageId: message.messageId }] : [],
  );
}

function countOutcomes(outcomes: readonly AppendOutcome[], messages: number): BatchCounts {
  const counts = { ...NONE };
  for (const { kind } of outcomes) counts[kind] += 1;
  const total = counts.appended + counts.duplicate + counts.conflict;
  if (total !== messages) throw new Error(`${messages} messages had ${total} outcomes`);
  return counts;
}

function refusedByLog({ messageId, body }: HeldMessage, error: unknown): RejectedMessage {
  const { column, constraint } = error as { column?: string; constraint?: string };
  const field = column ?? constraint ?? ''; // as the database names it, where it does
  const reason = error instanceof Error ? error.message : String(error);
  return { messageId, code: 'refused_by_log', field, reason, body };
}
