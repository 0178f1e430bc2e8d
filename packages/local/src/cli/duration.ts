import { InvalidArgumentError } from 'commander';

const DURATION = /^(\d{1,6})([smhd])$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time in milliseconds: `90s`, `30m`, `1h`, `7d`. */
export function aDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match === null) throw new InvalidArgumentError('It is a length of time: 90s, 30m, 1h, 7d.');
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
