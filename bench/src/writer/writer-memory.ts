/**
 * `pnpm bench writer-memory`: the ledger-writer under full load for ten minutes. Its queue is never empty, and once a
 * second its resident memory is read. The first fifth of the time does not count for the slope: heaps and pools grow to
 * their size then.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate, systemClock } from '@northwind/service-kit';
import { type Benchmark, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { peakMemoryMib, residentMemoryMib } from '../harness/peak-memory.ts';
import { countRows, startBenchServer } from '../postgres/bench-server.ts';
import { paymentStream } from '../workload/payment-stream.ts';
import { type BenchQueue, startBenchQueue, timeDrain } from './bench-queue.ts';
import { fitSlope, type Sample } from './fit-slope.ts';
import { LEDGER_WRITER } from './measure-drain.ts';
import { runChild } from './run-child.ts';

export const writerMemory: Benchmark = {
  name: 'writer-memory',
  summary: 'memory of the ledger-writer under full load, minute after minute',
  runs: 1,
  parameters: { minutes: 10 },
  run,
};

/** So many wait in the queue: more than the writer holds. */
const WAITING = 10_000;
const SENT_AT_ONCE = 2_000;
const SAMPLE_MS = 1_000;

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { minutes = 0 } = parameters;
  await using server = await startBenchServer();
  return await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations]);
    await using queue = await startBenchQueue();
    await using writer = runChild(LEDGER_WRITER, {
      ...queue.environment,
      DATABASE_URL: url,
      SETTLEMENT_LOG_LEVEL: 'error',
    });
    const endMs = systemClock.monotonicMs() + minutes * 60_000;
    const [sent, samples] = await Promise.all([
      keepBusy(queue, endMs, signal),
      sampleMemory({ pid: writer.pid, endMs, signal, progress }),
    ]);
    await timeDrain(queue, WAITING, signal);
    const stored = await countRows(url, 'ledger.events');
    if (stored !== sent) throw new VoidRun(`${stored} events are stored of ${sent} sent`);
    const settled = samples.filter(({ minute }) => minute >= minutes / 5);
    return {
      figures: [
        { metric: 'peak memory of ledger-writer', value: peakMemoryMib(writer.pid), unit: 'MiB' },
        { metric: 'memory after a fifth of the time', value: settled[0]?.mib ?? Number.NaN, unit: 'MiB' },
        { metric: 'memory at the end', value: settled.at(-1)?.mib ?? Number.NaN, unit: 'MiB' },
        { metric: 'slope of memory', value: fitSlope(settled), unit: 'MiB/minute' },
        { metric: 'events written', value: stored, unit: 'events' },
      ],
      versions: { postgresql: server.version },
    };
  });
}

/** Returns how many it has sent. */
async function keepBusy(queue: BenchQueue, endMs: number, signal: AbortSignal): Promise<number> {
  const stream = paymentStream(Number.MAX_SAFE_INTEGER);
  let sent = 0;
  while (systemClock.monotonicMs() < endMs) {
    if ((await queue.countLeft()) >= WAITING) {
      await systemClock.sleep(50, signal);
      continue;
    }
    const bodies = Array.from({ length: SENT_AT_ONCE }, () => stream.next().value?.body ?? '');
    await queue.send(bodies, signal);
    sent += bodies.length;
  }
  return sent;
}

interface Sampling {
  readonly pid: number;
  readonly endMs: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

async function sampleMemory({ pid, endMs, signal, progress }: Sampling): Promise<Sample[]> {
  const startMs = systemClock.monotonicMs();
  const samples: Sample[] = [];
  while (systemClock.monotonicMs() < endMs) {
    await systemClock.sleep(SAMPLE_MS, signal);
    const minute = (systemClock.monotonicMs() - startMs) / 60_000;
    const mib = residentMemoryMib(pid);
    samples.push({ minute, mib });
    if (samples.length % 30 === 0) progress(`${minute.toFixed(1)} minutes: ${Math.round(mib)} MiB`);
  }
  return samples;
}
