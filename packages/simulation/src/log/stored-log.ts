/**
 * What is committed: the rows of the simulated log, with the promises checked at every commit, independently of how the
 * transaction came to them.
 */
import type { RejectedMessage } from '@northwind/event-store';
import type { World } from '../world.ts';

export interface StoredEvent {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly fingerprint: string;
  readonly merchantId: string;
  readonly subject: string;
  readonly amount: unknown;
  readonly messageId: string;
  /** The process whose append it was. */
  readonly writer: string;
}

export type Outcome = 'appended' | 'duplicate' | 'conflict' | 'rejected';

export interface StoredLog {
  head(partition: number): number;
  find(key: string): StoredEvent | undefined;
  partition(partition: number): readonly StoredEvent[];
  insert(event: StoredEvent): void;
  keepConflict(key: string, fingerprint: string): void;
  keepRejection(message: RejectedMessage): void;
  tally(outcome: Outcome, messageId: string): void;
  outcomesOf(messageId: string): readonly Outcome[];
  tallies(): Readonly<Record<Outcome, number>>;
  conflicts(): ReadonlySet<string>;
  rejections(): ReadonlyMap<string, string>;
  events(): readonly StoredEvent[];
}

export function createStoredLog(world: World, onInsert: (event: StoredEvent) => void): StoredLog {
  const partitions = Array.from({ length: world.plan.partitions }, (): StoredEvent[] => []);
  const byKey = new Map<string, StoredEvent>();
  const outcomes = new Map<string, Outcome[]>();
  const conflicts = new Set<string>();
  const rejections = new Map<string, string>();
  const tallies = { appended: 0, duplicate: 0, conflict: 0, rejected: 0 };

  const rows = (partition: number): StoredEvent[] => {
    const found = partitions[partition];
    if (!found) throw new Error(`there is no partition ${partition}`);
    return found;
  };

  return {
    head: (partition) => rows(partition).length,
    find: (key) => byKey.get(key),
    partition: rows,
    insert(event) {
      const at = `${event.partition}:${event.offset}`;
      const own = rows(event.partition);
      if (event.offset !== own.length) {
        world.violate('offsets are dense', `${at} was given when ${event.partition}:${own.length} was next`);
      }
      const first = byKey.get(event.key);
      if (first) {
        const both = `${first.partition}:${first.offset} and ${at}`;
        world.violate('each key is appended once', `${event.key} stands at ${both}`);
      }
      own.push(event);
      byKey.set(event.key, event);
      world.journal.note('log', `${at} is ${event.subject} of ${event.merchantId}, brought by ${event.messageId}`);
      onInsert(event);
    },
    keepConflict: (key, fingerprint) => void conflicts.add(`${key} ${fingerprint}`),
    keepRejection: (message) => void rejections.set(message.messageId, message.body),
    tally(outcome, messageId) {
      tallies[outcome] += 1;
      const known = outcomes.get(messageId);
      if (known) known.push(outcome);
      else outcomes.set(messageId, [outcome]);
    },
    outcomesOf: (messageId) => outcomes.get(messageId) ?? [],
    tallies: () => tallies,
    conflicts: () => conflicts,
    rejections: () => rejections,
    events: () => partitions.flat(),
  };
}
