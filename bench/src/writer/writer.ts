/**
 * `pnpm bench writer`: the ledger-writer as its own process against an SQS server in its own process, beside a loop
 * that receives and deletes and does no work, and beside sqs-consumer with a one-row insert; and the latency of one
 * event at a time.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { BARE, BARE_ON_OUR_CLIENT, type DrainOptions, measureDrain, ONE_ROW, OURS } from './measure-drain.ts';
import { measureLatency } from './measure-latency.ts';

const ROWS = [
  { part: 'bare', metric: 'bare SDK loop, 16 pollers, no work', program: BARE },
  { part: 'ours', metric: 'ledger-writer', program: OURS },
  { part: 'bare', metric: 'bare loop on the writer’s client, no work', program: BARE_ON_OUR_CLIENT },
  { part: 'one-row', metric: 'sqs-consumer × 8, one-row insert', program: ONE_ROW },
] as const;

const COMPARISONS = [
  { metric: 'ledger-writer ÷ bare loop', comparedWith: 'bare SDK loop, 16 pollers, no work' },
  { metric: 'ledger-writer ÷ bare loop on its own client', comparedWith: 'bare loop on the writer’s client, no work' },
  { metric: 'ledger-writer ÷ sqs-consumer', comparedWith: 'sqs-consumer × 8, one-row insert' },
] as const;

export const writer: Benchmark = {
  name: 'writer',
  summary: 'SQS to the log: rate beside a bare loop and sqs-consumer, memory, latency when idle',
  runs: 3,
  parameters: { messages: 60_000, single: 400 },
  parts: ['bare', 'ours', 'one-row', 'latency'],
  run,
};

const MIGRATED = 'bench_migrated';

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { messages = 0, single = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations])));
  const options: DrainOptions = { server, migrated: MIGRATED, messages, signal };
  const rates: Figure[] = [];
  const memory: Figure[] = [];
  for (const { part, metric, program } of ROWS) {
    if (!wants(part)) continue;
    const { rate, peakMib } = await measureDrain(program, options);
    progress(`${metric}: ${Math.round(rate).toLocaleString('en-US')} messages/s, ${Math.round(peakMib)} MiB`);
    rates.push({ metric, value: rate, unit: 'messages/s' });
    memory.push({ metric: `peak memory of ${metric.replace(/,.*/, '')}`, value: peakMib, unit: 'MiB' });
  }
  const latency = wants('latency') ? latencyFigures(await measureLatency(options, single)) : [];
  return {
    figures: [...rates, ...compare(rates), ...memory, ...latency],
    versions: { postgresql: server.version, ...peerVersions(['@aws-sdk/client-sqs', 'sqs-consumer']) },
  };
}

function compare(rates: readonly Figure[]): Figure[] {
  const ours = rates.find(({ metric }) => metric === 'ledger-writer');
  return COMPARISONS.filter(({ comparedWith }) => rates.some(({ metric }) => metric === comparedWith)).flatMap(
    (comparison) => (ours ? [{ ...ours, ...comparison }] : []),
  );
}

function latencyFigures(latenciesMs: readonly number[]): Figure[] {
  return Object.entries({ p50: 0.5, p99: 0.99, max: 1 }).map(([name, q]) => ({
    metric: `received → committed, one at a time, ${name}`,
    value: quantile(latenciesMs, q),
    unit: 'ms',
  }));
}
