/** What a partition's day came to, and the hash that stands for it. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Figure, Line } from './figures.ts';
import type { IntakeFigure } from './read-intake.ts';

export const CERTIFICATE_FORMAT = 'northwind.completeness.1';

export interface CurrencyFigure extends Figure {
  readonly currency: string;
}

/** Who takes a day with differences as it is, and why. */
export interface SignOff {
  readonly by: string;
  readonly reason: string;
}

/** What the sources say of a day: all that is hashed, but for what comes with the certificate. */
export interface DayFigures {
  readonly format: typeof CERTIFICATE_FORMAT;
  /** -1: messages without a partition. */
  readonly partition: number;
  readonly day: string;
  /** Null when nothing was appended. */
  readonly firstOffset: bigint | null;
  readonly lastOffset: bigint | null;
  /** Messages, with or without effect: appended + duplicate + conflict + rejected. */
  readonly received: bigint;
  readonly intake: readonly IntakeFigure[];
  readonly lines: readonly Line[];
  /** Deliveries of the day's transitions, acknowledged by its end. A figure, held against nothing. */
  readonly acknowledged: readonly CurrencyFigure[];
}

export interface Certificate extends DayFigures {
  /** Hash of the day before, in hex; null on the first day of the log. */
  readonly previous: string | null;
  /** Null where every line agrees. */
  readonly signedOff: SignOff | null;
}

export function certificateBody(certificate: Certificate): string {
  return canonicalJson(certificate);
}

/** Hex. */
export function hashBody(body: string): string {
  return createHash('sha256').update(body, 'utf8').digest('hex');
}
