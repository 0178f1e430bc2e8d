/**
 * `pnpm bench deliver`: webhooks. Committed in the log → POST received at a fixed rate; as fast as it goes, beside bare
 * undici and graphile-worker; with one endpoint that hangs and one that fails; and statements a delivery.
 */
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { seededUnits } from '../workload/seeded-units.ts';
import { countStatements } from './count-statements.ts';
import { migrateDeliveries, registerEndpoints, startProcesses } from './delivery-stage.ts';
import { measureFaults } from './measure-faults.ts';
import { measureGraphile, measureUndici, measureWorker } from './measure-saturated.ts';
import { measureSteady, type Steady } from './measure-steady.ts';
import { startReceiver } from './receiver.ts';

export const deliver: Benchmark = {
  name: 'deliver',
  summary: 'webhooks: committed → POST received, saturated beside undici and graphile-worker, beside sick endpoints',
  runs: 1,
  parameters: {
    rate: 500,
    seconds: 300,
    merchants: 100,
    delay: 5,
    backlog: 30_000,
    'disturbed-seconds': 60,
    faulty: 50_000,
  },
  parts: ['steady', 'saturated', 'disturbed', 'statements', 'faults'],
  run,
};

async function run(context: RunContext): Promise<RunResult> {
  const { wants, signal, progress } = context;
  const figures: Figure[] = [];
  await using server = await startBenchServer();
  if (wants('saturated')) figures.push(...(await saturated(server, context)));
  if (wants('steady')) figures.push(...(await steady(server, context)));
  if (wants('disturbed')) figures.push(...(await disturbed(server, context)));
  if (wants('statements')) {
    progress('counting statements');
    figures.push({ metric: 'statements a delivery', value: await countStatements(signal), unit: 'statements' });
  }
  if (wants('faults')) figures.push(...(await faults(context)));
  return { figures, versions: { postgresql: server.version, ...peerVersions(['pg', 'undici', 'graphile-worker']) } };
}

const SEED = 1;

type Server = Awaited<ReturnType<typeof startBenchServer>>;

async function steady(server: Server, { parameters, signal, progress }: RunContext): Promise<Figure[]> {
  const { rate = 0, seconds = 0, merchants = 0, delay = 0 } = parameters;
  return server.withDatabase(async (url) => {
    await migrateDeliveries(url);
    await using receiver = await startReceiver(delay);
    await registerEndpoints(url, merchants, (nth) => `${receiver.url}/${nth}`);
    await using _processes = await startProcesses(url, signal);
    progress(`${rate} transitions a second for ${seconds} s`);
    const result = await measureSteady({ url, receiver, ratePerSecond: rate, seconds, merchants, name: 's', signal });
    return [
      ...latencies('committed → POST received', result),
      { metric: 'published', value: result.published, unit: 'deliveries' },
      { metric: 'missing or cut off', value: result.missing + result.cutOff, unit: 'deliveries' },
      { metric: 'doubled', value: result.doubled, unit: 'requests' },
    ];
  });
}

const WORKER = 'webhook worker, full receipts';
const UNDICI = 'limit: bare undici, 32 in flight, no queue';
const GRAPHILE = 'graphile-worker, 32 in flight, defaults, no receipts';

async function saturated(server: Server, { parameters, signal, progress }: RunContext): Promise<Figure[]> {
  const { backlog = 0 } = parameters;
  progress(`${backlog} deliveries as fast as it goes`);
  const ours = await server.withDatabase(async (url) => {
    await migrateDeliveries(url);
    return measureWorker(url, backlog, signal);
  });
  progress('the same POST by undici and by graphile-worker');
  const undici = await measureUndici(signal);
  const graphile = await server.withDatabase((url) => measureGraphile(url, backlog, signal));
  return [
    { metric: WORKER, value: ours, unit: 'deliveries/s' },
    { metric: UNDICI, value: undici, unit: 'POST/s' },
    { metric: GRAPHILE, value: graphile, unit: 'jobs/s' },
    { metric: 'ours ÷ undici', value: ours, unit: 'deliveries/s', comparedWith: UNDICI },
    { metric: 'ours ÷ graphile-worker', value: ours, unit: 'deliveries/s', comparedWith: GRAPHILE },
  ];
}

const ALONE = 'committed → POST received, 98 endpoints, undisturbed';
const BESIDE = 'committed → POST received, 98 endpoints, beside one that hangs and one that fails';

async function disturbed(server: Server, context: RunContext): Promise<Figure[]> {
  const { rate = 0, merchants = 0, delay = 0, 'disturbed-seconds': seconds = 0 } = context.parameters;
  const { signal, progress } = context;
  const measure = (urlOf: (origin: string, nth: number) => string, name: string) =>
    server.withDatabase(async (url) => {
      await migrateDeliveries(url);
      await using receiver = await startReceiver(delay);
      const endpoints = await registerEndpoints(url, merchants, (nth) => urlOf(receiver.url, nth));
      await using _processes = await startProcesses(url, signal);
      progress(`98 endpoints, ${name}`);
      const load = { ratePerSecond: rate, seconds, merchants, name, signal };
      const result = await measureSteady({ ...load, url, receiver, disturbed: endpoints.slice(0, 2) });
      if (result.completed < result.published) throw new VoidRun(`${result.completed} of ${result.published} arrived`);
      return result;
    });
  const alone = await measure((origin, nth) => `${origin}/${nth}`, 'undisturbed');
  const sick = ['/hang', '/fail'];
  const beside = await measure((origin, nth) => `${origin}${sick[nth] ?? `/${nth}`}`, 'disturbed');
  return [...latencies(ALONE, alone), ...latencies(BESIDE, beside, ALONE)];
}

async function faults({ parameters, signal, progress }: RunContext): Promise<Figure[]> {
  const { faulty: deliveries = 0 } = parameters;
  progress(`${deliveries} deliveries while a worker is killed every second`);
  const chance = seededUnits(SEED);
  const strikes = { workers: 3, killEveryMs: 1_000, postgresStops: 2, chance };
  const found = await measureFaults({ ...strikes, deliveries, signal, progress });
  const figure = (metric: string, value: number, unit: string) => ({ metric: `faults: ${metric}`, value, unit });
  return [
    figure('workers killed', found.killed, 'times'),
    figure('PostgreSQL stopped', found.postgresStops, 'times'),
    figure('deliveries planned', found.planned, 'deliveries'),
    figure('deliveries missing', found.missing, 'deliveries'),
    figure('requests', found.requests, 'requests'),
    figure('requests repeated', found.repeated, 'requests'),
    figure('requests unexplained', found.unexplained, 'requests'),
    figure('receipts', found.receipts, 'receipts'),
    figure('receipts missing', found.receiptsMissing, 'receipts'),
    figure('took', found.seconds, 's'),
  ];
}

function latencies(metric: string, { latenciesMs }: Steady, comparedWith?: string): Figure[] {
  return [0.5, 0.99].map((q) => ({
    metric: `${metric} p${q * 100}`,
    value: quantile(latenciesMs, q),
    unit: 'ms',
    ...(comparedWith !== undefined && { comparedWith: `${comparedWith} p${q * 100}` }),
  }));
}
