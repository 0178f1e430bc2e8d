/**
 * `bench <name> [--json] [--check] [--runs n] [--only part,part] [--<parameter> n]`. Throws UsageError, which says what
 * to write.
 */
import type { Benchmark } from './benchmark.ts';

export class UsageError extends Error {}

export interface Arguments {
  readonly benchmark: Benchmark;
  readonly json: boolean;
  readonly check: boolean;
  readonly runs: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** The parts asked for; null for all. */
  readonly only: readonly string[] | null;
}

export function readArguments(argv: readonly string[], benchmarks: readonly Benchmark[]): Arguments {
  const [name, ...rest] = argv;
  const benchmark = benchmarks.find((candidate) => candidate.name === name);
  if (benchmark === undefined) {
    const list = benchmarks.map(({ name: known, summary }) => `  ${known.padEnd(14)} ${summary}`);
    const what = name === undefined || name === '--help' ? 'name a benchmark' : `there is no benchmark ${name}`;
    throw new UsageError([`${what}: pnpm bench <name> [--json] [--check] [--runs n]`, ...list].join('\n'));
  }
  const numbers: Record<string, number> = { runs: benchmark.runs, ...benchmark.parameters };
  const flags = new Set<string>();
  let only: readonly string[] | null = null;
  for (let i = 0; i < rest.length; i += 1) {
    const flag = rest[i]?.replace(/^--/, '') ?? '';
    if (flag === 'json' || flag === 'check') flags.add(flag);
    else if (flag in numbers && rest[i]?.startsWith('--')) {
      i += 1;
      numbers[flag] = positiveNumber(flag, rest[i]);
    } else if (rest[i] === '--only' && benchmark.parts) {
      i += 1;
      only = chosenParts(benchmark.parts, rest[i]);
    } else {
      const options = ['json', 'check', ...(benchmark.parts ? ['only'] : []), ...Object.keys(numbers)];
      const known = options.map((option) => `--${option}`).join(', ');
      throw new UsageError(`${rest[i]} is no option of ${benchmark.name}; it has ${known}`);
    }
  }
  const { runs = benchmark.runs, ...parameters } = numbers;
  return { benchmark, json: flags.has('json'), check: flags.has('check'), runs, parameters, only };
}

function positiveNumber(flag: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value) || value <= 0) {
    throw new UsageError(`--${flag} takes a number above 0${text === undefined ? '' : `, not ${text}`}`);
  }
  return value;
}

function chosenParts(parts: readonly string[], text = ''): readonly string[] {
  const chosen = text.split(',');
  if (chosen.every((part) => parts.includes(part))) return chosen;
  throw new UsageError(`--only takes some of ${parts.join(',')}, not ${text}`);
}
