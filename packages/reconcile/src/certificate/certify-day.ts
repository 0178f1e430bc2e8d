/** What becomes of a partition's day: certified, confirmed as it was certified, or why it is neither. */
import type { Kysely } from 'kysely';
import { addDays } from '../day.ts';
import { type Certificate, certificateBody, hashBody, type SignOff } from './certificate.ts';
import { compareBodies } from './compare-bodies.ts';
import type { DifferencePlace } from './locate-differences.ts';
import { type PartitionDay, readDay } from './read-day.ts';
import { readCertificates, type StoredCertificate, storeCertificate } from './stored-certificates.ts';

/**
 * `certified`: just now, as every line agrees or somebody has signed off that one does not. `confirmed`: was certified,
 * and is the same to the byte. `changed`: was certified, and is no longer what it was. `differs`: two sources disagree,
 * so it is not certified. `waiting`: something is to come first. `provisional`: the day is not over.
 */
export const CERTIFICATE_STATUSES = ['certified', 'confirmed', 'changed', 'differs', 'waiting', 'provisional'] as const;

export type CertificateStatus = (typeof CERTIFICATE_STATUSES)[number];

export interface CertificateReport {
  readonly status: CertificateStatus;
  /** What it is as of now; `previous` is null where the day before is not certified. */
  readonly certificate: Certificate;
  /** Of the stored certificate, in hex; null when there is none. */
  readonly hash: string | null;
  /** Every consumer is through with the day. */
  readonly isApplied: boolean;
  /** The event where each differing line begins to differ, where that can be told. */
  readonly places: readonly DifferencePlace[];
  /** Why it is not certified, or what has changed; empty when all is right. */
  readonly notes: readonly string[];
}

export interface DayToCertify {
  readonly day: string;
  /** Nothing can be added to it any more. */
  readonly isOver: boolean;
  /** Of the log: nothing comes before it. */
  readonly isFirst: boolean;
  /** Certifies partitions whose lines differ, too. */
  readonly signOff: SignOff | null;
}

/** Stores what can be certified. Throws ReconcileError. */
export async function certifyDay(db: Kysely<unknown>, wish: DayToCertify): Promise<CertificateReport[]> {
  const { day, isFirst } = wish;
  const stored = await readCertificates(db, addDays(day, -1), day);
  const find = (of: string, partition: number) => stored.find((c) => c.day === of && c.partition === partition);
  const reports: CertificateReport[] = [];
  for (const figures of await readDay(db, day)) {
    const previous = isFirst ? null : (find(addDays(day, -1), figures.partition)?.hash ?? null);
    const found = find(day, figures.partition);
    const { waitsFor, places, ...certified } = figures;
    const signedOff = found ? readSignOff(found) : hasDifference(figures) ? wish.signOff : null;
    const certificate: Certificate = { ...certified, previous: found ? found.previous : previous, signedOff };
    const verdict = found
      ? judgeStored(certificate, found)
      : judgeNew({ ...wish, figures, hasPrevious: isFirst || previous !== null });
    const hash = verdict.status === 'certified' ? await storeCertificate(db, certificate) : (found?.hash ?? null);
    reports.push({ ...verdict, certificate, hash, isApplied: waitsFor === null, places });
  }
  return reports;
}

type Verdict = Pick<CertificateReport, 'status' | 'notes'>;

function judgeStored(certificate: Certificate, stored: StoredCertificate): Verdict {
  const body = certificateBody(certificate);
  if (hashBody(body) === stored.hash) return { status: 'confirmed', notes: signOffNotes(certificate.signedOff) };
  return { status: 'changed', notes: compareBodies(stored.body, body) };
}

interface NewDay extends DayToCertify {
  readonly figures: PartitionDay;
  readonly hasPrevious: boolean;
}

function judgeNew({ day, isOver, figures, hasPrevious, signOff }: NewDay): Verdict {
  if (hasDifference(figures) && signOff === null) return { status: 'differs', notes: [] };
  if (!isOver) return { status: 'provisional', notes: [] };
  if (figures.waitsFor !== null) return { status: 'waiting', notes: [`waits for ${figures.waitsFor}`] };
  if (!hasPrevious) return { status: 'waiting', notes: [`waits for a certificate of ${addDays(day, -1)}`] };
  return { status: 'certified', notes: signOffNotes(hasDifference(figures) ? signOff : null) };
}

const hasDifference = ({ lines }: PartitionDay) => lines.some(({ ok }) => !ok);

const signOffNotes = (signOff: SignOff | null) =>
  signOff === null ? [] : [`signed off by ${signOff.by}: ${signOff.reason}`];

/** What was signed off is part of what was hashed. */
function readSignOff({ body }: StoredCertificate): SignOff | null {
  return (JSON.parse(body) as Certificate).signedOff;
}
