/** What the command line prints. */
import pc from 'picocolors';
import type { Totals } from './history/run-histories.ts';
import type { HistoryOptions, HistoryResult } from './history/run-history.ts';

/** Lines of a trace that are shown for a history that failed; the whole of it comes with --trace. */
const LINES_SHOWN = 60;

export function progressLine(totals: Totals, seconds: number): string {
  const perMinute = Math.round((totals.histories / Math.max(seconds, 0.001)) * 60);
  const failed = totals.failed.length === 0 ? pc.green('0 failed') : pc.red(`${totals.failed.length} failed`);
  return (
    `${count(totals.histories)} histories, ${count(perMinute)} a minute, ${count(totals.awaits)} awaits, ` +
    `${(totals.virtualMs / 3_600_000).toFixed(1)} hours of virtual time, ${failed}`
  );
}

export function summary(totals: Totals, seconds: number): string {
  const rarities = [...totals.sometimes].sort(([a], [b]) => (a < b ? -1 : 1));
  const sometimes = rarities.map(([rarity, times]) => `  ${count(times).padStart(10)}  ${rarity}`);
  return [progressLine(totals, seconds), '', 'seen sometimes:', ...sometimes].join('\n');
}

/** What broke, the command that replays it, and the part of its trace that is about it. */
export function failure(result: HistoryResult, options: HistoryOptions): string {
  const { violation, hash } = result;
  return [
    pc.red(`seed ${options.seed} broke: ${violation?.promise}`),
    `  ${violation?.detail}`,
    `  replay: ${replayCommand(options)}   (trace ${hash})`,
    '',
    ...aboutViolation(result),
  ].join('\n');
}

export function replayCommand({ seed, isCalm, killAtAwait }: HistoryOptions): string {
  const more = `${isCalm ? ' --calm' : ''}${killAtAwait === undefined ? '' : ` --kill-at ${killAtAwait}`}`;
  return `npx pnpm@12 simulate --seed ${seed}${more} --trace`;
}

/** Faults, starts and stops, and every line that names a message, a payment or a place that the violation names. */
function aboutViolation({ violation, lines }: HistoryResult): string[] {
  const named = violation?.detail.match(/\b(?:m\d+|pay_\d+|\d+:\d+|writer-\d+|reader-[\w-]+)\b/g) ?? [];
  const words = [...named, 'goes away', 'stands still', 'killed at', 'told to stop', 'starts', 'VIOLATION'];
  const about = new RegExp(words.map((word) => `\\b${word}\\b`).join('|'));
  const end = lines.findIndex((line) => line.includes('VIOLATION'));
  const shown = lines.slice(0, end + 1).filter((line) => about.test(line) && !/ (wakes|receive: answered)$/.test(line));
  return shown.slice(-LINES_SHOWN).map((line) => `  ${line}`);
}

const count = (n: number) => n.toLocaleString('en-GB');
