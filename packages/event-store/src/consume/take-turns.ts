/**
 * A consumer's turns: one transaction each, over all of the group's partitions when all is well. After an event could
 * not be applied every second turn is over one suspect alone, the others over all that is no suspect. The event that
 * can't be applied stops its partition; no other notices.
 */
import type { Clock, Logger } from '@northwind/service-kit';
import type { Kysely, Transaction } from 'kysely';
import type { Coordinate } from '../coordinate.ts';
import { isOfTheEvent } from '../errors/ledger-errors.ts';
import type { LedgerTables } from '../tables.ts';
import { ApplyError, type ConsumedBatch, consumeRound, type Round } from './consume-round.ts';
import { stopPartition } from './stop-partition.ts';
import { createSuspects } from './suspects.ts';
import { createTurnSize } from './turn-size.ts';

export interface TurnOptions<Item extends Coordinate, DB extends LedgerTables>
  extends Pick<Round<Item, DB>, 'db' | 'group' | 'source' | 'apply' | 'itemsMax' | 'bytesMax'> {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly countMembers: () => Promise<number>;
  readonly afterCommit?: ((batch: ConsumedBatch<Item>) => void) | undefined;
}

/** Half of the sixteen, so that a consumer that joins finds work at once, before it is counted. */
const PARTITIONS_A_ROUND = 8;

/** What a turn found: a full batch (more is waiting), less than it could take, only what others hold, or nothing. */
export type Turn = 'full' | 'some' | 'held' | 'nothing';

/** Each call takes one turn. Throws when the database can't do it now. */
export function createTurns<Item extends Coordinate, DB extends LedgerTables>(
  options: TurnOptions<Item, DB>,
): () => Promise<Turn> {
  const { db, group, source, bytesMax, clock, logger } = options;
  const suspects = createSuspects(options.itemsMax);
  const size = createTurnSize(options.itemsMax);
  const round = { db, group, source, apply, bytesMax };
  let wasSuspect = false;
  let items = 0;
  let beganMs = 0;

  function apply(trx: Transaction<DB>, batch: ConsumedBatch<Item>): Promise<void> {
    items = batch.slices.reduce((sum, slice) => sum + slice.items.length, 0);
    return options.apply(trx, batch);
  }

  async function consume(): Promise<Turn> {
    const suspect = wasSuspect ? undefined : suspects.next();
    wasSuspect = suspect !== undefined;
    const itemsMax = Math.min(size.itemsMax(), suspect?.itemsMax ?? Number.POSITIVE_INFINITY);
    const partitionsMax = Math.min(PARTITIONS_A_ROUND, itemsMax);
    const which = suspect ? { only: [suspect.partition] } : { except: suspects.partitions() };
    const members = await options.countMembers();
    items = 0;
    beganMs = clock.monotonicMs();
    const wish = { ...round, ...which, itemsMax, partitionsMax, members };
    const { batch, isHeldByOthers, isCutByBytes } = await consumeRound(wish);
    const didSomething = batch.slices.length > 0;
    if (didSomething) size.succeeded({ items, tookMs: clock.monotonicMs() - beganMs, isCutByBytes });
    if (suspect && didSomething) suspects.succeeded(suspect.partition);
    if (suspect && !didSomething) suspects.clear(suspect.partition);
    if (didSomething) options.afterCommit?.(batch);
    if (suspects.next()) return 'full';
    if (!didSomething) return isHeldByOthers ? 'held' : 'nothing';
    return batch.slices.some((slice) => slice.moreWaiting) ? 'full' : 'some';
  }

  function noteFailure(error: unknown): void {
    const tookMs = clock.monotonicMs() - beganMs;
    if (!size.failed({ items, tookMs, error })) return;
    const wide = { event: 'consumer.turn_shrunk', group, items, tookMs, itemsMax: size.itemsMax() };
    logger.warn(wide, 'the turn took too much or too long; the next one takes less');
  }

  async function refused(error: ApplyError<Item>): Promise<void> {
    const partitions = error.batch.slices.map((slice) => slice.partition);
    const poisoned = suspects.failed(partitions, error.itemCount);
    if (poisoned === undefined) return;
    await stopAt(options, poisoned, error);
    suspects.clear(poisoned);
  }

  return async () => {
    try {
      return await consume();
    } catch (error) {
      noteFailure(error instanceof ApplyError ? error.cause : error);
      if (!(error instanceof ApplyError) || !isOfTheEvent(error.cause)) throw error;
      await refused(error);
      return 'full';
    }
  };
}

async function stopAt<Item extends Coordinate, DB extends LedgerTables>(
  { db, group, logger }: Pick<TurnOptions<Item, DB>, 'db' | 'group' | 'logger'>,
  partition: number,
  error: ApplyError<Item>,
): Promise<void> {
  const [slice] = error.batch.slices;
  const fromOffset = slice?.fromOffset ?? 0n;
  const at = `${partition}:${slice?.items[0]?.offset ?? fromOffset}`;
  const order = { group, partition, fromOffset, reason: `event ${at}: ${error.message}` };
  if (!(await stopPartition(db as unknown as Kysely<LedgerTables>, order))) return;
  const wide = { event: 'consumer.stopped', group, coordinate: at, err: error.cause };
  logger.fatal(wide, 'partition stopped: its next event can not be applied');
}
