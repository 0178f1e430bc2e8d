/** What every benchmark is: it runs once, and gives figures or says why the run proves nothing. */
export interface Benchmark {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly summary: string;
  /** Runs unless told otherwise, each from a fresh start. */
  readonly runs: number;
  /** Numbers that the command line may set, with their defaults: `--rate 300`. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Parts that the command line may choose among: `--only ours,bare`. All of them unless told otherwise. */
  readonly parts?: readonly string[];
  run(context: RunContext): Promise<RunResult>;
}

export interface RunContext {
  readonly parameters: Readonly<Record<string, number>>;
  /** The parts that were asked for; all of them for a benchmark without parts. */
  readonly wants: (part: string) => boolean;
  readonly signal: AbortSignal;
  /** One line about what is going on, for people who wait. */
  readonly progress: (line: string) => void;
}

export interface RunResult {
  readonly figures: readonly Figure[];
  /** Versions of what was measured: Node, PostgreSQL, peers. */
  readonly versions: Readonly<Record<string, string>>;
  /** Set when something is missing: then no figure of this run counts. */
  readonly voidBecause?: string;
}

/** One measured number of one run. */
export interface Figure {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The metric of the same run that this one is compared with (a peer or a limit). */
  readonly comparedWith?: string;
}

/** Thrown when what was measured can't be what was meant, for example when rows are missing: the run is void. */
export class VoidRun extends Error {}
