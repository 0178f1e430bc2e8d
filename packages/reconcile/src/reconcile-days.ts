/** The days asked for, and those before them that are not certified yet: a chain has no gaps. */
import { type CurrencyBalance, readTrialBalance } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import type { Kysely } from 'kysely';
import type { SignOff } from './certificate/certificate.ts';
import { type CertificateReport, certifyDay } from './certificate/certify-day.ts';
import { type ChainReport, checkChain } from './certificate/check-chain.ts';
import { checkTallies } from './certificate/check-tallies.ts';
import type { Line } from './certificate/figures.ts';
import { readSpan } from './certificate/read-span.ts';
import { readLastCertifiedDay } from './certificate/stored-certificates.ts';
import { addDays, daysBetween, endOf } from './day.ts';
import { DayToComeError } from './reconcile-error.ts';

export interface DaysWish {
  /** `YYYY-MM-DD`; yesterday, unless it is said. */
  readonly fromDay?: string | undefined;
  /** Today, unless it is said. */
  readonly toDay?: string | undefined;
  /** Of the last of these days, as it is. */
  readonly signOff?: SignOff | undefined;
}

export interface DayReport {
  readonly day: string;
  /** One a partition, that without one (-1) first. */
  readonly certificates: readonly CertificateReport[];
  /** At the end of the day; null while it is not over or not applied. */
  readonly trialBalance: readonly CurrencyBalance[] | null;
}

export interface DaysReport {
  readonly days: readonly DayReport[];
  readonly chain: ChainReport;
  /** Of all days together. */
  readonly tallies: readonly Line[];
}

/** Certifies what can be. Throws ReconcileError when it can't be told. */
export async function reconcileDays(db: Kysely<ReadTables>, wish: DaysWish): Promise<DaysReport> {
  const untyped = db as unknown as Kysely<unknown>;
  const { firstDay, today, lastOverDay } = await readSpan(untyped);
  const toDay = wish.toDay ?? today;
  if (toDay > today)
    throw new DayToComeError(`${toDay} is yet to come; it is ${today} by the database's clock, in UTC`);
  const fromDay = wish.fromDay ?? addDays(today, -1);
  const days: DayReport[] = [];
  for (const day of firstDay === null ? [] : daysBetween(await firstToDo(untyped, firstDay, fromDay), toDay)) {
    const isOver = day <= lastOverDay;
    const signOff = day === toDay ? (wish.signOff ?? null) : null;
    const certificates = await certifyDay(untyped, { day, isOver, isFirst: day === firstDay, signOff });
    const isComplete = isOver && certificates.every(({ isApplied }) => isApplied);
    const balance = isComplete ? await readTrialBalance(db, { time: endOf(day) }) : null;
    days.push({ day, certificates, trialBalance: balance?.currencies ?? null });
  }
  return { days, chain: await checkChain(untyped), tallies: await checkTallies(untyped) };
}

async function firstToDo(db: Kysely<unknown>, firstDay: string, fromDay: string): Promise<string> {
  const certified = await readLastCertifiedDay(db);
  const next = certified === null ? firstDay : addDays(certified, 1);
  const wanted = fromDay < firstDay ? firstDay : fromDay;
  return [next, wanted].sort()[0] ?? wanted;
}

/** Everything is as it should be, or is still to come. */
export function isInOrder({ days, chain, tallies }: DaysReport): boolean {
  const wrong = days.some(({ certificates, trialBalance }) => {
    const isWrong = certificates.some(({ status }) => status === 'differs' || status === 'changed');
    return isWrong || (trialBalance ?? []).some(({ sumMinor }) => sumMinor !== 0n);
  });
  return !wrong && chain.problems.length === 0 && tallies.every(({ ok }) => ok);
}
