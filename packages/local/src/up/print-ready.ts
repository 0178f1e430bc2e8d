import type { Terminal } from '../cli/terminal.ts';
import type { RunningStack } from '../stack/stack-options.ts';

export interface ReadyScreen {
  readonly stack: RunningStack;
  readonly portalUrl: string;
  readonly receiverUrl: string;
  readonly trafficPerSecond: number;
  readonly logs: string;
  readonly startedInMs: number;
}

/** What a person needs once everything runs. */
export function readyLines(screen: ReadyScreen, { color }: Pick<Terminal, 'color'>): string[] {
  const { stack, trafficPerSecond } = screen;
  const row = (title: string, value: string, note = '') =>
    `  ${color.dim(title.padEnd(10))} ${value}${note === '' ? '' : `  ${color.dim(note)}`}`;
  const traffic =
    trafficPerSecond > 0 ? `${trafficPerSecond} simulated events a second` : 'none (--traffic 5 for some)';
  return [
    '',
    `${color.green('●')} ${color.bold('Northwind Settlement is running')}  ${color.dim(seconds(screen.startedInMs))}`,
    '',
    row('portal', color.cyan(screen.portalUrl)),
    row('', color.dim('opens the portal of mer_001, once; settle login makes another link')),
    row('api', stack.urls.api, 'Authorization: Bearer <key>'),
    row('keys', stack.keys.merchant, 'mer_001'),
    row('', stack.keys.finance, 'finance'),
    row('', stack.keys.operator, 'operator'),
    row('database', stack.urls.databaseUrl),
    row('queue', stack.urls.eventsQueueUrl),
    row('webhooks', screen.receiverUrl, 'a receiver for mer_001'),
    row('traffic', traffic),
    row('logs', screen.logs),
    '',
    `  In another terminal: ${color.bold('npm run settle -- balances --merchant mer_001')}`,
    '  Ctrl-C stops everything; the next start goes on with the same data.',
    '',
  ];
}

function seconds(ms: number): string {
  return `(started in ${(ms / 1_000).toFixed(1)} s)`;
}
