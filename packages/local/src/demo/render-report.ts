import { createColors } from 'picocolors';
import type { DemoReport, Quantiles } from './demo-report.ts';

export { isPassed } from './demo-report.ts';

const INCONSISTENCIES_SHOWN = 25;
const WIDTH = 78;
const NAME = 14;

type Colors = ReturnType<typeof createColors>;

/** The report for people. */
export function renderReport(report: DemoReport, isColored: boolean): string {
  const color = createColors(isColored);
  return [
    '',
    headline(report, color),
    ...messageLines(report, color),
    ...moneyLines(report, color),
    ...webhookLines(report, color),
    ...speedLines(report, color),
    ...(report.killed.length > 0
      ? ['', row(color, 'Chaos', `kill -9 of ${report.killed.join(', ')} in the middle`)]
      : []),
    ...inconsistencyLines(report, color),
    '',
  ].join('\n');
}

function headline({ passed, seed, totalMs }: DemoReport, color: Colors): string {
  const verdict = passed ? 'every figure is right' : 'NOT EVERYTHING IS RIGHT';
  const left = `${passed ? '●' : '✗'} ${verdict}`;
  const right = `seed ${seed} · ${seconds(totalMs)}`;
  const gap = ' '.repeat(Math.max(2, WIDTH - left.length - right.length));
  return `  ${color.bold(passed ? color.green(left) : color.red(left))}${gap}${color.dim(right)}`;
}

function messageLines({ sent, intake }: DemoReport, color: Colors): string[] {
  const line = (
    name: string,
    count: number,
    outcome: 'appended' | 'duplicate' | 'conflict' | 'rejected' | 'received',
  ) => {
    const found = intake[outcome];
    // A message that the queue delivers again is counted again, but never appended again.
    const isRight = outcome === 'appended' ? found === count : found >= count;
    const told = `${color.dim(name.padEnd(NAME))}${number(count).padStart(7)} sent`;
    return `  ${told}  ${color.dim('→')} ${number(found).padStart(7)} ${outcome.padEnd(10)} ${mark(isRight, color)}`;
  };
  const { redelivered } = intake;
  const again = redelivered > 0 ? color.dim(`  ${number(redelivered)} of them delivered again by the queue`) : '';
  return [
    '',
    title('Messages', 'each accounted for, none twice', color),
    line('fresh', sent.fresh, 'appended'),
    line('again', sent.duplicate, 'duplicate'),
    line('contradicting', sent.conflict, 'conflict'),
    line('invalid', sent.invalid, 'rejected'),
    line('all', sent.total, 'received') + again,
  ];
}

function moneyLines({ compared, inconsistencies }: DemoReport, color: Colors): string[] {
  const isRight = (where: string) => !inconsistencies.some((each) => each.startsWith(where));
  const line = (name: string, text: string, where: string) =>
    `${row(color, name, text)}  ${mark(isRight(where), color)}`;
  const merchants = `${number(compared.merchants)} merchants`;
  return [
    '',
    title('Money', 'to the minor unit, against the generator that knows by itself', color),
    line('balances', `${number(compared.balances)}, nine figures each, of ${merchants}`, 'balances'),
    line('payouts', `${number(compared.payouts)} statuses and amounts`, 'payouts'),
    line('websockets', `${number(compared.streamedBalances)} balances as the open pages show them`, 'websockets'),
  ];
}

function webhookLines({ webhooks, inconsistencies }: DemoReport, color: Colors): string[] {
  const { expected, planned, delivered, verified, repeated } = webhooks;
  const isRight = verified === expected && planned === expected && delivered === expected;
  const isClean = isRight && !inconsistencies.some((each) => each.startsWith('webhook'));
  const arrow = color.dim('→');
  const flow = [`${number(expected)} settled`, `${number(planned)} planned`, `${number(delivered)} delivered`];
  const again = repeated > 0 ? color.dim(`  ${number(repeated)} came again, as at-least-once allows`) : '';
  return [
    '',
    title('Webhooks', 'verified by the npm package standardwebhooks', color),
    `  ${[...flow, `${number(verified)} verified`].join(` ${arrow} `)}  ${mark(isClean, color)}${again}`,
  ];
}

function speedLines(report: DemoReport, color: Colors): string[] {
  const { eventsPerSecond, processingMs, inFlightMax, streams, latency } = report;
  const line = (name: string, { p50, p99, max }: Quantiles) =>
    `  ${color.dim(name.padEnd(20))}${[p50, p99, max].map((ms) => `${number(ms)} ms`.padStart(11)).join('')}`;
  const resumed = streams.reconnects > 0 ? `, ${number(streams.reconnects)} came back by their cursor` : '';
  return [
    '',
    title('Speed', `sent as fast as the queue takes them, up to ${number(inFlightMax)} in flight at once`, color),
    row(color, 'throughput', `${number(eventsPerSecond)} events a second, all applied in ${seconds(processingMs)}`),
    row(color, 'websockets', `${number(streams.sockets)} open, ${number(streams.messages)} messages${resumed}`),
    color.dim(`  ${''.padEnd(20)}${['p50', 'p99', 'max'].map((name) => name.padStart(11)).join('')}`),
    line('send → websocket', latency.websocketMs),
    line('send → webhook', latency.webhookMs),
  ];
}

function inconsistencyLines({ inconsistencies, seed, sent, killed }: DemoReport, color: Colors): string[] {
  if (inconsistencies.length === 0) return [];
  const shown = inconsistencies.slice(0, INCONSISTENCIES_SHOWN);
  const left = inconsistencies.length - shown.length;
  const again = `settle demo --seed ${seed} --events ${sent.total}${killed.length > 0 ? ' --chaos' : ''}`;
  return [
    '',
    `  ${color.red(color.bold(`${number(inconsistencies.length)} inconsistencies`))}`,
    ...shown.map((each) => `  ${color.red('✗')} ${each}`),
    ...(left > 0 ? [color.dim(`  and ${number(left)} more (--json prints all)`)] : []),
    color.dim(`  the same traffic again: ${again}`),
  ];
}

const title = (name: string, note: string, color: Colors) => `  ${color.bold(name.padEnd(NAME))} ${color.dim(note)}`;
const row = (color: Colors, name: string, text: string) => `  ${color.dim(name.padEnd(NAME))} ${text}`;
const mark = (isRight: boolean, color: Colors) => (isRight ? color.green('✓') : color.red('✗'));
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const number = (value: number) => value.toLocaleString('en-US');
