/**
 * Collects finished attempts and records them together: while one statement is under way the next ones gather, so a
 * busy worker writes hundreds at once.
 *
 * While the database is away nothing is dropped: the attempts' slots stay taken, so no new ones begin either. A receipt
 * that the database refuses is written again without what the endpoint sent, so that no answer can block the others.
 */
import { backoff, type Clock, isTransientDatabaseError, type Logger } from '@northwind/service-kit';
import { RECORD_BATCH_MAX, RECORD_GATHER_MS } from '../limits.ts';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import type { FinishedAttempt, RecordOutcome } from './record-attempts.ts';

export interface AttemptJournal {
  /**
   * Resolves when the receipt is committed; with `lost` when it could not be written before `giveUp`. The lease then
   * ends by itself and the delivery is sent again.
   */
  record(attempt: FinishedAttempt): Promise<RecordOutcome | 'lost'>;
  /** Receipts could not be written, and wait: what is claimed now may be what they are about. */
  readonly isStuck: boolean;
  /** From now on a database that is away is not waited for beyond the signal. */
  giveUpOn(signal: AbortSignal): void;
}

export interface AttemptJournalOptions {
  readonly write: (attempts: readonly FinishedAttempt[]) => Promise<readonly RecordOutcome[]>;
  /** Whether a finished attempt may wait for others: nobody wants its slot. */
  readonly mayGather: (attempt: FinishedAttempt) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Entry {
  readonly attempt: FinishedAttempt;
  readonly done: (outcome: RecordOutcome | 'lost') => void;
}

const RETRY_DELAY_MS = backoff({ baseMs: 100, capMs: 2_000 });
const NEVER = new AbortController().signal;
/** Once is a deadlock, or a connection that broke. */
const FAILURES_TO_BE_STUCK = 2;

export function createAttemptJournal(options: AttemptJournalOptions): AttemptJournal {
  const { mayGather, clock } = options;
  const writer = createPatientWriter(options);
  const waiting: Entry[] = [];
  let writing = false;
  let gathering: AbortController | null = null;

  async function writeAll(): Promise<void> {
    writing = true;
    await Promise.resolve(); // what ends in the same turn of the event loop joins the first statement
    if (waiting.every(({ attempt }) => mayGather(attempt))) await gather();
    while (waiting.length > 0) {
      await writer.write(waiting.splice(0, countForStatement(waiting)));
    }
    writing = false;
  }

  async function gather(): Promise<void> {
    gathering = new AbortController();
    await clock.sleep(RECORD_GATHER_MS, gathering.signal).catch(() => undefined);
    gathering = null;
  }

  return {
    record(attempt) {
      const { promise, resolve } = Promise.withResolvers<RecordOutcome | 'lost'>();
      waiting.push({ attempt, done: resolve });
      if (!writing) void writeAll();
      else if (gathering && !mayGather(attempt)) gathering.abort();
      return promise;
    },
    get isStuck() {
      return writer.isStuck;
    },
    giveUpOn(signal) {
      writer.giveUpOn(signal);
      signal.addEventListener('abort', () => gathering?.abort());
    },
  };
}

/** Writes a batch until the database takes it. */
function createPatientWriter({ write, clock, logger }: AttemptJournalOptions) {
  let giveUp = NEVER;
  let failures = 0;

  async function writeBatch(batch: readonly Entry[]): Promise<void> {
    for (;;) {
      try {
        const outcomes = await write(batch.map((entry) => entry.attempt));
        failures = 0;
        for (const [i, entry] of batch.entries()) entry.done(outcomes[i] ?? 'fenced');
        return;
      } catch (error) {
        if (!isTransientDatabaseError(error)) return writeApart(batch, error);
        failures += 1;
        logger.warn(
          { event: 'attempts.not_recorded', attempts: batch.length, error },
          'receipts wait for the database',
        );
        await clock.sleep(RETRY_DELAY_MS(failures), giveUp).catch(() => undefined);
        if (giveUp.aborted) return lose(batch, error, logger);
      }
    }
  }

  /** The database refused the statement: one of the receipts holds what it can't store. Halves find out which. */
  async function writeApart(batch: readonly Entry[], error: unknown): Promise<void> {
    failures = 0;
    const [only, ...others] = batch;
    if (only === undefined) return;
    if (others.length > 0) {
      const middle = Math.ceil(batch.length / 2);
      await writeBatch(batch.slice(0, middle));
      await writeBatch(batch.slice(middle));
      return;
    }
    if (isBare(only.attempt)) return lose(batch, error, logger);
    logger.error({ event: 'receipt.refused', ...placeOf(only), error }, 'receipt stored without the answer');
    await writeBatch([{ attempt: withoutAnswer(only.attempt), done: only.done }]);
  }

  return {
    write: writeBatch,
    get isStuck() {
      return failures >= FAILURES_TO_BE_STUCK;
    },
    giveUpOn(signal: AbortSignal) {
      giveUp = signal;
    },
  };
}

/** How many of the first one statement should hold: one at least. */
function countForStatement(waiting: readonly Entry[]): number {
  let characters = 0;
  const end = waiting.findIndex(({ attempt }, place) => {
    characters += attempt.responseBody?.length ?? 0;
    return place > 0 && (place >= RECORD_BATCH_MAX.attempts || characters > RECORD_BATCH_MAX.characters);
  });
  return end === -1 ? waiting.length : end;
}

function lose(batch: readonly Entry[], error: unknown, logger: Logger): void {
  for (const entry of batch) {
    logger.error(
      { event: 'receipt.lost', ...placeOf(entry), error },
      'receipt not written; sent again after the lease',
    );
    entry.done('lost');
  }
}

function withoutAnswer(attempt: FinishedAttempt): FinishedAttempt {
  return { ...attempt, ...NO_EXCHANGE, responseStatus: attempt.responseStatus, responseTruncated: true, detail: null };
}

function isBare({ requestHeaders, responseHeaders, responseBody, detail }: FinishedAttempt): boolean {
  return requestHeaders === null && responseHeaders === null && responseBody === null && detail === null;
}

function placeOf({ attempt }: Entry) {
  return { deliveryId: attempt.deliveryId, attempt: attempt.attempt, outcome: attempt.outcome };
}
