/**
 * `pnpm bench growth`: the append on four connections at 20 million events stored and on an empty log, in turns on the
 * same server; once with our keys, which begin with the time, and once with random ones.
 *
 * The turns are taken in the same minutes, because the machine is not the same before and after the filling: each turn
 * appends the same events to an empty log and to the full one.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate, randomId } from '@northwind/service-kit';
import { measureOnFilled, measureOursOnFour } from '../append/measure-ours.ts';
import { type PlacedEvent, placeEvents } from '../append/place-events.ts';
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { median } from '../harness/summarise-runs.ts';
import { type BenchServer, startBenchServer, withClient } from '../postgres/bench-server.ts';
import { fillLog, type KeyKind } from '../workload/fill-log.ts';

export const growth: Benchmark = {
  name: 'growth',
  summary: 'the append at 20 million events stored and at none, with our keys and with random ones',
  runs: 1,
  parameters: { events: 20_000_000, seconds: 4, turns: 5 },
  parts: ['time-prefixed', 'random'],
  run,
};

const KEY_KINDS: readonly KeyKind[] = ['time-prefixed', 'random'];
const MIGRATED = 'bench_migrated';
const WARM_UP_SECONDS = 0.7;
/** More than any turn appends. */
const EVENTS_A_TURN = 400_000;

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations])));
  const figures: Figure[] = [];
  for (const keys of KEY_KINDS.filter(wants)) {
    figures.push(...(await measureGrowth(keys, { server, parameters, signal, progress })));
  }
  return { figures, versions: { postgresql: server.version } };
}

type Growth = Pick<RunContext, 'parameters' | 'signal' | 'progress'> & { readonly server: BenchServer };

function measureGrowth(keys: KeyKind, { server, parameters, signal, progress }: Growth): Promise<Figure[]> {
  const { events: count = 0, seconds = 0, turns = 0 } = parameters;
  return server.withDatabase(async (url) => {
    const onProgress = (stored: number) => progress(`${keys} keys: ${stored.toLocaleString('en-US')} stored`);
    await withClient(url, (client) => fillLog(client, { count, keys, signal, onProgress }));
    const sizes = await readSizes(url, keys);
    const atEmpty: number[] = [];
    const atFull: number[] = [];
    let appended = 0;
    for (let turn = 0; turn < turns; turn += 1) {
      const events = freshEvents(keys, turn);
      const load = { events, seconds, warmUpSeconds: WARM_UP_SECONDS, signal };
      collectGarbage();
      atEmpty.push(await measureOursOnFour(4)({ server, migrated: MIGRATED, ...load }));
      collectGarbage();
      const { rate, total } = await measureOnFilled(url, load);
      atFull.push(rate);
      appended += total;
      progress(`${keys} keys: ${Math.round(atEmpty.at(-1) ?? 0)} at empty, ${Math.round(rate)} at full`);
    }
    await expectDense(url, count + appended);
    const empty = `${keys} keys, empty log`;
    const full = `${keys} keys, ${count.toLocaleString('en-US')} stored`;
    return [
      { metric: empty, value: median(atEmpty), unit: 'events/s' },
      { metric: full, value: median(atFull), unit: 'events/s' },
      { metric: `${keys} keys, full ÷ empty`, value: median(atFull), unit: 'events/s', comparedWith: empty },
      ...sizes,
    ];
  }, MIGRATED);
}

/** Other events in each turn; the full log has those of the turns before. */
function freshEvents(keys: KeyKind, turn: number): PlacedEvent[] {
  const events = placeEvents(EVENTS_A_TURN, turn + 1);
  if (keys === 'time-prefixed') return events;
  return events.map((placed) => ({ ...placed, event: { ...placed.event, idempotencyKey: randomId() } }));
}

const SIZES = `
  select pg_table_size('ledger.events') as "table",
         pg_relation_size('ledger.events_pk') as "index (partition, offset)",
         pg_relation_size('ledger.events_idempotency_key_unique') as "index of keys"`;

async function readSizes(url: string, keys: KeyKind): Promise<Figure[]> {
  const { rows } = await withClient(url, (client) => client.query<Record<string, bigint>>(SIZES));
  return Object.entries(rows[0] ?? {}).map(([name, bytes]) => ({
    metric: `${keys} keys, size of ${name}`,
    value: Number(bytes) / 2 ** 20,
    unit: 'MiB',
  }));
}

async function expectDense(url: string, expected: number): Promise<void> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ events: bigint; heads: string }>(
      `select (select count(*) from ledger.events) as events,
              (select sum(next_offset) from ledger.partitions) as heads`,
    ),
  );
  const { events, heads } = rows[0] ?? {};
  if (Number(events) !== expected || Number(heads) !== expected) {
    throw new VoidRun(`${events} rows and heads at ${heads}, not ${expected}`);
  }
}
