import { createColors } from 'picocolors';
import type { ChaosReport } from './chaos-report.ts';

const NAME = 42;

/** The report for people. */
export function renderReport(report: ChaosReport, isColored: boolean): string {
  const color = createColors(isColored);
  const { passed, seed, queue, sent, intake, processes, checks } = report;
  const verdict = passed ? '● nothing lost, nothing doubled' : '✗ NOT EVERYTHING IS RIGHT';
  const about = `seed ${seed} · ${seconds(report.totalMs)}`;
  const row = (name: string, text: string) => `  ${color.dim(name.padEnd(12))}${text}`;
  const sum = (pick: (process: ChaosReport['processes'][number]) => number) =>
    processes.reduce((total, process) => total + pick(process), 0);
  const killed = processes.map(({ name, kills }) => `${name} ${kills}`).join(' · ');
  return [
    '',
    `  ${color.bold(passed ? color.green(verdict) : color.red(verdict))}   ${color.dim(about)}`,
    '',
    row(
      'sent',
      `${number(queue.sent)} messages: ${number(sent.fresh)} events, ${number(sent.duplicate)} of them again,`,
    ),
    row('', `${number(sent.conflict)} contradicted, ${number(sent.invalid)} invalid`),
    row('delivered', `${number(queue.delivered)}, of which ${number(queue.redelivered)} again by the queue`),
    row(
      'duplicates',
      `${number(intake.duplicate)} seen, ${number(intake.duplicate - sent.duplicate)} of them redelivered`,
    ),
    row('kill -9', `${number(sum(({ kills }) => kills))}, every one restarted: ${killed}`),
    row(
      'restarts',
      `${number(sum(({ restarts }) => restarts))}, ${number(sum(({ ownEnds }) => ownEnds))} by themselves`,
    ),
    row(
      'PostgreSQL',
      `stopped immediate ${report.postgresStops} times, away ${seconds(report.postgresAwayMsMax)} at most`,
    ),
    row(
      'speed',
      `${number(rate(report))} events/s with all of that, ${seconds(report.catchUpMs)} to catch up at the end`,
    ),
    '',
    ...checks.flatMap(({ name, found, isRight, wrong }) => [
      `  ${isRight ? color.green('✓') : color.red('✗')} ${name.padEnd(NAME)}${color.dim(found)}`,
      ...wrong.map((each) => `      ${color.red(each)}`),
    ]),
    ...(report.logs === null ? [] : ['', row('logs', report.logs)]),
    '',
  ].join('\n');
}

/** Unique events a second, from the first message to the last deletion. */
export function rate({ events, settlingMs }: ChaosReport): number {
  return settlingMs <= 0 ? 0 : Math.round((events / settlingMs) * 1_000);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
