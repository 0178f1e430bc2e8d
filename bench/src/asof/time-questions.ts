/** Asks each question at one place after the other: as of the place, now, and by replay, in turns. */
import {
  type Moment,
  readBalances,
  readBalancesAsOf,
  readPayout,
  readPayoutAsOf,
  readStatements,
  readStatementsAsOf,
  readTrialBalance,
} from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { formatInstant, systemClock } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { FROM_MS, TO_MS } from '../workload/fill-mixed-log.ts';
import type { Place } from './choose-places.ts';
import {
  expectSameAccounts,
  expectSameBalances,
  expectSamePayout,
  expectSameStatements,
  replayAccounts,
  replayBalances,
  replayPayout,
  replayStatements,
} from './replay.ts';

interface Question<Answer, Replayed> {
  readonly name: string;
  readonly asOf: (db: Kysely<ReadTables>, place: Place, moment: Moment) => Promise<Answer>;
  readonly live: (db: Kysely<ReadTables>, place: Place) => Promise<unknown>;
  readonly replay: (client: pg.Client, place: Place) => Promise<Replayed>;
  readonly expectSame: (place: Place, answer: Answer, replayed: Replayed) => void;
  /** Of the places, one in so many: for what is slow. */
  readonly oneIn: number;
}

const ofBalances: Question<Awaited<ReturnType<typeof readBalancesAsOf>>, Awaited<ReturnType<typeof replayBalances>>> = {
  name: 'balances',
  asOf: (db, { merchantId }, moment) => readBalancesAsOf(db, { merchantId, moment }),
  live: (db, { merchantId }) => readBalances(db, { merchantId }),
  replay: replayBalances,
  expectSame: expectSameBalances,
  oneIn: 1,
};

const ofPayout: Question<Awaited<ReturnType<typeof readPayoutAsOf>>, Awaited<ReturnType<typeof replayPayout>>> = {
  name: 'payout',
  asOf: (db, { merchantId, payoutId }, moment) => readPayoutAsOf(db, { merchantId, payoutId, moment }),
  live: (db, { merchantId, payoutId }) => readPayout(db, { merchantId, payoutId }),
  replay: replayPayout,
  expectSame: expectSamePayout,
  oneIn: 1,
};

/** All days that the log has. */
const DAYS = { fromDay: formatInstant(FROM_MS).slice(0, 10), toDay: formatInstant(TO_MS).slice(0, 10) };

type StatementsReplayed = Awaited<ReturnType<typeof replayStatements>>;

const ofStatements: Question<Awaited<ReturnType<typeof readStatementsAsOf>>, StatementsReplayed> = {
  name: 'statements of a month',
  asOf: (db, { merchantId }, moment) => readStatementsAsOf(db, { merchantId, ...DAYS, moment }),
  live: (db, { merchantId }) => readStatements(db, { merchantId, ...DAYS }),
  replay: replayStatements,
  expectSame: expectSameStatements,
  oneIn: 1,
};

/** It is asked as of a time only: a place lies in one partition. */
const ofAll: Question<Awaited<ReturnType<typeof readTrialBalance>>, Awaited<ReturnType<typeof replayAccounts>>> = {
  name: 'trial balance',
  asOf: (db, { time }) => readTrialBalance(db, { time }),
  live: (db) => readTrialBalance(db),
  replay: replayAccounts,
  expectSame: expectSameAccounts,
  oneIn: 10,
};

/** Milliseconds of each answer. */
export interface Timings {
  readonly name: string;
  readonly asOf: number[];
  readonly live: number[];
  readonly replayed: number[];
}

export interface Asking {
  readonly db: Kysely<ReadTables>;
  readonly client: pg.Client;
  readonly places: readonly Place[];
  /** Answers that are held against a replay, of each question. */
  readonly replays: number;
  readonly signal: AbortSignal;
}

export async function timeQuestions(asking: Asking): Promise<Timings[]> {
  return [
    await timeQuestion(ofBalances, asking),
    await timeQuestion(ofPayout, asking),
    await timeQuestion(ofStatements, asking),
    await timeQuestion(ofAll, asking),
  ];
}

const WARM_UP = 20;

/** The first places are asked for twice; what they took the first time does not count. Throws VoidRun. */
async function timeQuestion<Answer, Replayed>(
  question: Question<Answer, Replayed>,
  { db, client, places, replays, signal }: Asking,
): Promise<Timings> {
  const asked = places.filter((_, n) => n % question.oneIn === 0);
  const timings: Timings = { name: question.name, asOf: [], live: [], replayed: [] };
  const warmUp = asked.slice(0, WARM_UP);
  for (const [n, place] of [...warmUp, ...asked].entries()) {
    signal.throwIfAborted();
    const counts = n >= warmUp.length;
    const moment: Moment = n % 2 === 0 ? { at: place.at } : { time: place.time };
    const answer = await timed(counts ? timings.asOf : [], () => question.asOf(db, place, moment));
    await timed(counts ? timings.live : [], () => question.live(db, place));
    if (!counts || timings.replayed.length >= replays / question.oneIn) continue;
    question.expectSame(place, answer, await timed(timings.replayed, () => question.replay(client, place)));
  }
  return timings;
}

async function timed<T>(into: number[], ask: () => Promise<T>): Promise<T> {
  const startMs = systemClock.monotonicMs();
  const answer = await ask();
  into.push(systemClock.monotonicMs() - startMs);
  return answer;
}
