/**
 * Tells the dead-letter queue of deliveries that were given up. The row that says so was written by the statement that
 * gave up, and leaves the outbox only when SQS has taken the message: SQS may be away as long as it likes. A message
 * may come twice (its taker may die before it could say so); whoever reads them has to bear that, and redrive does.
 *
 * No transaction is open while SQS is asked: the outbox's row is lent for a minute instead.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { ANNOUNCE_BATCH_MAX, ANNOUNCE_LEASE_MS, ANNOUNCE_RETRY_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { type DeadLetter, formatDeadLetter } from './dead-letter-message.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { DEAD_LETTER_COLUMNS } from './list-dead-letters.ts';

/** Returns how many SQS took; 0 when there was none to tell of. Rejects when SQS or the database is away. */
export async function announceDeadLetters(
  db: Kysely<DeliveryTables>,
  queue: Pick<DeadLetterQueue, 'send'>,
): Promise<number> {
  const letters = await borrow(db);
  if (letters.length === 0) return 0;
  try {
    const taken = new Set(await queue.send(letters.map(formatDeadLetter)));
    const told = letters.filter((_, index) => taken.has(index));
    await giveBack(db, told, sql`null`);
    if (told.length < letters.length) throw new Error(`SQS refused ${letters.length - told.length} dead letters`);
    return told.length;
  } catch (error) {
    // Of those told this is too late to matter: they are out of the outbox. Should it fail, the loan runs out.
    await giveBack(db, letters, sql`now() + ${ANNOUNCE_RETRY_MS}::float8 * interval '1 millisecond'`).catch(
      () => undefined,
    );
    throw error;
  }
}

async function borrow(db: Kysely<DeliveryTables>): Promise<DeadLetter[]> {
  const { rows } = await sql<DeadLetter>`
    with due as (
      select delivery_id from delivery.dead_letters where announce_at <= now()
      order by announce_at limit ${ANNOUNCE_BATCH_MAX}::int8
      for update skip locked
    ), lent as (
      update delivery.dead_letters l
      set announce_at = now() + ${ANNOUNCE_LEASE_MS}::float8 * interval '1 millisecond'
      from due where l.delivery_id = due.delivery_id
      returning l.*
    )
    select ${DEAD_LETTER_COLUMNS} from lent l join delivery.deliveries d on d.delivery_id = l.delivery_id`.execute(db);
  return rows;
}

/** One that was sent again and given up again meanwhile is another letter, with a message of its own. */
async function giveBack(
  db: Kysely<DeliveryTables>,
  letters: readonly DeadLetter[],
  announceAt: ReturnType<typeof sql>,
) {
  const ids = letters.map(({ deliveryId }) => deliveryId);
  const times: Instant[] = letters.map(({ exhaustedAt }) => exhaustedAt);
  await sql`
    update delivery.dead_letters l set announce_at = ${announceAt}
    from unnest(${ids}::uuid[], ${times}::timestamptz[]) as told(delivery_id, exhausted_at)
    where l.delivery_id = told.delivery_id and l.exhausted_at = told.exhausted_at
      and l.announce_at is not null`.execute(db);
}
