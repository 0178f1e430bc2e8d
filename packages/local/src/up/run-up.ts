import { join } from 'node:path';
import { stringify, systemClock } from '@northwind/service-kit';
import { EXIT_FAILURE, EXIT_OK } from '../cli/exit-codes.ts';
import type { Terminal } from '../cli/terminal.ts';
import { makeLoginLink } from '../stack/make-login-link.ts';
import type { RunningStack } from '../stack/stack-options.ts';
import { DEMO_MERCHANT } from '../stack/stack-options.ts';
import { startStack } from '../stack/start-stack.ts';
import { describeEvent } from './describe-event.ts';
import { readyLines } from './print-ready.ts';
import { listenForStop, type StopSignals } from './signals.ts';
import { type Company, startCompany } from './start-company.ts';
import { createStatusLine, type StatusLine } from './status-line.ts';

export interface UpOptions {
  readonly folder: string;
  readonly port: number | undefined;
  readonly trafficPerSecond: number;
  readonly json: boolean;
  readonly terminal: Terminal;
}

const DEFAULT_PORT = 8_080;
const LOGIN_TTL_MS = 24 * 60 * 60 * 1_000;

/** Runs the whole system until it is told to stop. Resolves with the exit code. */
export async function runUp(options: UpOptions): Promise<number> {
  const signals = listenForStop(systemClock);
  const status = createStatusLine(options.terminal);
  try {
    return await run(options, signals, status);
  } catch (error) {
    status.clear();
    if (!signals.stop.aborted) throw error;
    options.terminal.err('stopped before everything had started');
    return EXIT_OK;
  } finally {
    signals.dispose();
  }
}

async function run(options: UpOptions, signals: StopSignals, status: StatusLine): Promise<number> {
  const startedMs = systemClock.monotonicMs();
  const stack = await startStack({
    folder: options.folder,
    apiPort: options.port ?? DEFAULT_PORT,
    signal: signals.stop,
    onEvent: (event) => {
      const line = describeEvent(event);
      if (line !== null) status.print(line);
    },
  });
  // From here on a second Ctrl-C ends everything as it is; nothing is lost by that.
  signals.force.addEventListener('abort', () => {
    stack.kill();
    process.exit(EXIT_FAILURE);
  });
  let company: Company | null = null;
  try {
    company = await startCompany(stack, { trafficPerSecond: options.trafficPerSecond, status });
    const login = { merchantId: DEMO_MERCHANT, origin: stack.urls.api, ttlMs: LOGIN_TTL_MS };
    const { url: portalUrl } = await makeLoginLink(stack.urls.databaseUrl, login);
    const startedInMs = Math.round(systemClock.monotonicMs() - startedMs);
    announce(stack, company, { ...options, portalUrl, startedInMs });
    await untilAborted(signals.stop);
  } finally {
    status.clear();
    status.print('stopping …');
    const stoppingMs = systemClock.monotonicMs();
    await company?.stop();
    await stack.stop();
    status.print(
      `stopped in ${((systemClock.monotonicMs() - stoppingMs) / 1_000).toFixed(1)} s; the data is in ${stack.folder}`,
    );
  }
  return EXIT_OK;
}

interface Announcement extends UpOptions {
  readonly portalUrl: string;
  readonly startedInMs: number;
}

function announce(stack: RunningStack, company: Company, options: Announcement): void {
  const { terminal, portalUrl, startedInMs, trafficPerSecond } = options;
  const { receiverUrl } = company;
  if (options.json) {
    const { folder, urls, keys } = stack;
    const children = stack.children();
    terminal.out(stringify({ folder, urls: { ...urls, portal: portalUrl }, keys, receiverUrl, children, startedInMs }));
    return;
  }
  const logs = join(stack.folder, 'logs');
  const lines = readyLines({ stack, portalUrl, receiverUrl, trafficPerSecond, logs, startedInMs }, terminal);
  for (const line of lines) terminal.out(line);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
