/**
 * The append as the database does it, step by step, a model of `ledger.append_events`: lock the heads of the batch's
 * partitions in ascending order; in a later statement tell fresh keys from seen ones; number the fresh; insert them,
 * the unique index having the last word; advance the heads with the commit.
 */
import type { AppendOutcome, IncomingEvent } from '@northwind/event-store';
import { partitionOf } from '@northwind/events';
import { databaseError } from '../postgres/row-locks.ts';
import type { Transaction } from '../postgres/simulated-postgres.ts';
import { REFUSED_PREFIX } from '../traffic/draw-traffic.ts';
import type { World } from '../world.ts';
import type { StoredEvent, StoredLog } from './stored-log.ts';

export interface Append {
  readonly world: World;
  readonly log: StoredLog;
  readonly transaction: Transaction;
  readonly writer: string;
  readonly events: readonly IncomingEvent[];
}

/** Leaves the transaction open; its writes are in place for the commit. */
export async function appendInTransaction(append: Append): Promise<AppendOutcome[]> {
  const { world, log, transaction, events } = append;
  const { defect, partitions } = world.plan;
  const placed = events.map(({ event }) => partitionOf(event.merchantId, partitions));
  const stale = defect === 'stale snapshot' ? numberFresh(append, placed) : undefined;
  if (defect !== 'no head lock') {
    for (const partition of [...new Set(placed)].sort((a, b) => a - b)) await transaction.lock(`head ${partition}`);
  }
  await transaction.statement();
  if (events.some(({ event }) => event.subject.startsWith(REFUSED_PREFIX))) {
    throw databaseError('22P05', 'a value that no column can hold');
  }

  const numbered = stale ?? numberFresh(append, placed);
  await transaction.statement();
  for (const { event } of numbered.fresh) await claimKey(append, event.key);
  for (const { event } of numbered.fresh) transaction.write(() => log.insert(event));
  for (const judged of numbered.judged) transaction.write(() => keep(append, judged));
  return numbered.judged.map(({ outcome }) => outcome);
}

interface Judged {
  readonly outcome: AppendOutcome;
  readonly key: string;
  readonly fingerprint: string;
  readonly messageId: string;
}

/** One statement: what it sees is what was committed when it began. */
function numberFresh({ log, writer, events }: Append, placed: readonly number[]) {
  const next = new Map<number, number>();
  const firsts = new Map<string, StoredEvent>();
  const fresh: { readonly event: StoredEvent }[] = [];
  const judged = events.map(({ event, messageId }, i): Judged => {
    const key = event.idempotencyKey;
    const fingerprint = Buffer.from(event.fingerprint).toString('hex');
    const id = messageId ?? '';
    const first = log.find(key) ?? firsts.get(key);
    if (first) {
      const at = { partition: first.partition, offset: BigInt(first.offset) };
      const outcome: AppendOutcome =
        first.fingerprint === fingerprint ? { kind: 'duplicate', ...at } : { kind: 'conflict', ...at, fields: [] };
      return { outcome, key, fingerprint, messageId: id };
    }
    const partition = placed[i] ?? 0;
    const offset = next.get(partition) ?? log.head(partition);
    next.set(partition, offset + 1);
    const { merchantId, subject, data } = event;
    const stored = {
      ...{ partition, offset, key, fingerprint, merchantId, subject, writer },
      ...{ amount: data.amount, messageId: id },
    };
    firsts.set(key, stored);
    fresh.push({ event: stored });
    return { outcome: { kind: 'appended', partition, offset: BigInt(offset) }, key, fingerprint, messageId: id };
  });
  return { fresh, judged };
}

/** An index entry of a transaction that is still open is waited for: only its end tells whether the key is taken. */
async function claimKey({ world, log, transaction }: Append, key: string): Promise<void> {
  if (world.plan.defect === 'select decides') return;
  if (!transaction.tryLock(`key ${key}`)) await transaction.lock(`key ${key}`);
  if (log.find(key) === undefined) return;
  world.journal.sometimes('unique index decided');
  const constraint = { constraint: 'events_idempotency_key_unique', table: 'events' };
  throw databaseError('23505', 'duplicate key value violates unique constraint', constraint);
}

function keep({ world, log }: Append, { outcome, key, fingerprint, messageId }: Judged): void {
  const { defect } = world.plan;
  if (outcome.kind === 'conflict' && defect !== 'conflict dropped') log.keepConflict(key, fingerprint);
  if (defect === 'tally forgotten' && outcome.kind === 'duplicate') return;
  log.tally(outcome.kind, messageId);
}
