/**
 * Writes one batch to the log: what is no event is kept as a rejection, the rest is appended.
 *
 * When the log refuses the data of an event that the catalogue let through, the batch is halved until that event stands
 * alone and is kept as a rejection too (`refused_by_log`): the rest of its batch goes through and nothing is lost.
 */
import type { AppendOutcome, EventLog } from '@northwind/event-store';
import type { HeldMessage } from '../queue/held-message.ts';
import { type JudgedMessages, judgeMessages } from './judge-messages.ts';

export interface BatchCounts {
  readonly appended: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly rejected: number;
}

/** Throws when the database can't take it now; what was written by then shows as duplicates at the next try. */
export async function recordBatch(log: EventLog, messages: readonly HeldMessage[]): Promise<BatchCounts> {
  const { events, rejected } = judgeMessages(messages);
  const outcomes = await appendOrRefuse(log, events);
  await log.reject(rejected);
  const count = (kind: AppendOutcome['kind'] | 'rejected') => outcomes.filter((outcome) => outcome === kind).length;
  const counts = {
    appended: count('appended'),
    duplicate: count('duplicate'),
    conflict: count('conflict'),
    rejected: count('rejected') + rejected.length,
  };
  const sum = counts.appended + counts.duplicate + counts.conflict + counts.rejected;
  if (sum !== messages.length) throw new Error(`${messages.length} messages had ${sum} outcomes`);
  return counts;
}

async function appendOrRefuse(
  log: EventLog,
  events: JudgedMessages['events'],
): Promise<(AppendOutcome['kind'] | 'rejected')[]> {
  if (events.length === 0) return [];
  try {
    return (await log.append(events)).map((outcome) => outcome.kind);
  } catch (error) {
    if (!isDataRefused(error)) throw error;
    const [first] = events;
    if (events.length === 1 && first) {
      const { messageId, body } = first;
      const { column, constraint } = error as { column?: string; constraint?: string };
      const field = column ?? constraint ?? ''; // as the database names it, where it does
      await log.reject([{ messageId, code: 'refused_by_log', field, reason: messageOf(error), body }]);
      return ['rejected'];
    }
    const middle = Math.ceil(events.length / 2);
    const firstHalf = await appendOrRefuse(log, events.slice(0, middle));
    return [...firstHalf, ...(await appendOrRefuse(log, events.slice(middle)))];
  }
}

/**
 * Only what the event itself is to blame for: a value that no column can hold (class 22), or a named rule on events.
 * Any other error, a constraint of another kind included, is ours: the batch is kept, and nothing is rejected for it.
 */
function isDataRefused(error: unknown): boolean {
  const { code, table, constraint } = error as { code?: string; table?: string; constraint?: string };
  return code?.startsWith('22') === true || (code === '23514' && table === 'events' && constraint !== undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
