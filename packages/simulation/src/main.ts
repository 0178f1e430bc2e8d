/** `pnpm simulate`: histories until it is told to stop, or one of them again. */
import { parseArgs } from 'node:util';
import { randomUnit, systemClock } from '@northwind/service-kit';
import { fromSeed, killedAtEveryAwait, runHistories, type Totals } from './history/run-histories.ts';
import { type HistoryOptions, runHistory } from './history/run-history.ts';
import { failure, progressLine, summary } from './report.ts';

const USAGE = `Usage: simulate [--seed n] [--histories n] [--minutes n] [--every-await] [--calm] [--kill-at n] [--trace]

Runs histories of queue, writers, log and consumers in virtual time, each drawn from a seed, and checks every one.

  --seed n         the first seed; with nothing else, only this one. Without it a fresh one is drawn
  --histories n    this many histories
  --minutes n      this long (1 when neither is given)
  --every-await    no other faults, and one history for each await in it: a process is killed there
  --calm           no faults
  --kill-at n      kills the process whose await is the nth of the history
  --trace          prints everything that happened
`;

const values = readArguments();

/** More failures than this say nothing new. */
const FAILURES_MAX = 5;
const PROGRESS_MS = 1_000;

if (values.help) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  const seed = number(values.seed) ?? Math.floor(randomUnit() * 2 ** 31);
  const killAtAwait = number(values['kill-at']);
  const over = { isCalm: values.calm, ...(killAtAwait !== undefined && { killAtAwait }) };
  const isOne = values.seed !== undefined && values.histories === undefined && values.minutes === undefined;
  if (isOne && !values['every-await']) await replay({ ...over, seed });
  else await runMany(seed, over);
}

async function replay(options: HistoryOptions): Promise<void> {
  const result = await runHistory({ ...options, keepsLines: true });
  if (values.trace) print(`${JSON.stringify(result.plan, null, 1)}\n${result.lines.join('\n')}\n`);
  if (result.violation === null) {
    print(`seed ${options.seed}: every promise held; ${result.steps} steps, trace ${result.hash}\n`);
    return;
  }
  print(`${failure(result, options)}\n`);
  process.exitCode = 1;
}

async function runMany(seed: number, over: Partial<HistoryOptions>): Promise<void> {
  const historiesMax = number(values.histories) ?? Number.POSITIVE_INFINITY;
  const isEndless = historiesMax === Number.POSITIVE_INFINITY;
  const minutes = number(values.minutes) ?? (isEndless ? 1 : Number.POSITIVE_INFINITY);
  const startedMs = systemClock.monotonicMs();
  const seconds = () => (systemClock.monotonicMs() - startedMs) / 1_000;
  print(`from seed ${seed}\n`);
  let shownMs = startedMs;
  const goesOn = (totals: Totals): boolean => {
    if (systemClock.monotonicMs() - shownMs > PROGRESS_MS) {
      shownMs = systemClock.monotonicMs();
      showProgress(progressLine(totals, seconds()));
    }
    return totals.histories < historiesMax && seconds() < minutes * 60 && totals.failed.length < FAILURES_MAX;
  };
  const histories = values['every-await'] ? killedAtEveryAwait(seed) : fromSeed(seed, over);
  const totals = await runHistories({ histories, goesOn });
  print(`${process.stdout.isTTY ? '\r\u001b[K' : ''}${summary(totals, seconds())}\n`);
  for (const { plan } of totals.failed) {
    const { killAtAwait } = plan;
    const again = { seed: plan.seed, ...over, ...(values['every-await'] && { isCalm: true }) };
    const options = killAtAwait === null ? again : { ...again, killAtAwait };
    print(`\n${failure(await runHistory({ ...options, keepsLines: true }), options)}\n`);
  }
  if (totals.failed.length > 0) process.exitCode = 1;
}

function showProgress(line: string): void {
  print(process.stdout.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${text} is no number`);
  return value;
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Wrong arguments end it with one line and code 2, before anything is run. */
function readArguments() {
  try {
    const { values: read } = parseArgs({
      options: {
        seed: { type: 'string' },
        histories: { type: 'string' },
        minutes: { type: 'string' },
        'every-await': { type: 'boolean', default: false },
        calm: { type: 'boolean', default: false },
        'kill-at': { type: 'string' },
        trace: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    for (const name of ['seed', 'histories', 'minutes', 'kill-at'] as const) {
      if (read[name] !== undefined && !(Number(read[name]) > (name === 'seed' ? -1 : 0))) {
        throw new Error(`--${name} is a number above ${name === 'seed' ? 'or equal to ' : ''}0, not ${read[name]}`);
      }
    }
    return read;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}; simulate --help tells more\n`);
    return process.exit(2);
  }
}
