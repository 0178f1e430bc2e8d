/** What events had to bring about against what they did, over stretches of the log. */
import type { Kysely } from 'kysely';
import { expectPostings } from './expect-postings.ts';
import { NO_CURRENCY, type Reading, type Readings } from './figures.ts';
import { readFacts } from './read-facts.ts';
import { readJournal } from './read-journal.ts';
import { readLog } from './read-log.ts';
import { readRows } from './read-rows.ts';
import { readTransitions } from './read-transitions.ts';
import type { Stretch } from './stretch.ts';

/** Checks that a part of the day has no figure of its own for: intake and statements are kept by the day. */
export const OF_WHOLE_DAYS: ReadonlySet<string> = new Set(['appended', 'statements']);

export async function readStretchFigures(
  db: Kysely<unknown>,
  day: string,
  stretches: readonly Stretch[],
): Promise<Readings> {
  const log = await readLog(db, day, stretches);
  const journal = await readJournal(db, day, stretches);
  const transitions = await readTransitions(db, stretches);
  const facts = await readFacts(db, stretches);
  return {
    expected: [
      ...stretches.map(placesOf),
      ...log.expected,
      ...journal.expected,
      ...expectPostings(facts, stretches),
      ...transitions.expected,
    ],
    actual: [...log.actual, ...journal.actual, ...(await readRows(db, stretches)), ...transitions.actual],
  };
}

/** Offsets are dense, so its places say how many events a stretch has. */
function placesOf({ partition, fromOffset, toOffset }: Stretch): Reading {
  return { partition, check: 'offsets', currency: NO_CURRENCY, count: toOffset - fromOffset, amountMinor: 0n };
}
