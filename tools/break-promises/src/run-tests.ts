import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ProofTest } from '../../tidy/src/rules/read-proofs.ts';
import { titlePattern } from './title-pattern.ts';

export interface RanTest extends ProofTest {
  readonly passed: boolean;
  /** What it said when it failed. */
  readonly failure: string;
}

export interface TestRun {
  /** What ran; what was passed over is not in it. */
  readonly tests: readonly RanTest[];
  /** What failed that is no test: a file that could not be loaded, for example. */
  readonly others: readonly string[];
}

/** The part of the test runner's JSON report that is read; its field names are the runner's. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** A broken test may wait for ever, in a hook as well; no single one takes half as long when it passes. */
const RUN_TIMEOUT_MS = 10 * 60_000;

/** Runs exactly these tests. */
export async function runTests(root: string, tests: readonly ProofTest[], stop: AbortSignal): Promise<TestRun> {
  stop.throwIfAborted();
  const folder = mkdtempSync(path.join(tmpdir(), 'northwind-break-promises-'));
  const output = path.join(folder, 'report.json');
  try {
    const said = await runVitest(root, [...argumentsFor(tests), `--outputFile=${output}`], stop);
    stop.throwIfAborted();
    return readReport(output, root, tests) ?? { tests: [], others: [said] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsFor(tests: readonly ProofTest[]): string[] {
  const projects = new Set(tests.map(({ file }) => /\.(pg|e2e)\.test\.tsx?$/.exec(file)?.[1] ?? 'unit'));
  return [
    'run',
    ...[...projects].flatMap((project) => ['--project', project]),
    ...new Set(tests.map(({ file }) => file)),
    // The pattern is held against a test's title behind the titles of what it is in.
    `--testNamePattern=(^| )(${tests.map(({ title }) => titlePattern(title)).join('|')})$`,
    '--reporter=json',
  ];
}

async function runVitest(root: string, args: readonly string[], stop: AbortSignal): Promise<string> {
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_TIMEOUT_MS,
  });
  const end = () => child.kill('SIGTERM');
  stop.addEventListener('abort', end, { once: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  await once(child, 'close');
  stop.removeEventListener('abort', end);
  return said;
}

function readReport(output: string, root: string, wanted: readonly ProofTest[]): TestRun | null {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  } catch {
    return null;
  }
  const tests: RanTest[] = [];
  const others: string[] = [];
  for (const { name, message, assertionResults } of report.testResults) {
    if (message !== '') others.push(stripVTControlCharacters(message));
    const file = path.relative(root, name).split(path.sep).join('/');
    for (const { title, status, failureMessages } of assertionResults) {
      const isWanted = wanted.some((test) => test.file === file && isTitleOf(test, title));
      if (!isWanted || !['passed', 'failed'].includes(status)) continue;
      const failure = stripVTControlCharacters(failureMessages.join('\n'));
      tests.push({ file, title, passed: status === 'passed', failure });
    }
  }
  return { tests, others };
}

export function isTitleOf(test: ProofTest, title: string): boolean {
  return new RegExp(`^${titlePattern(test.title)}$`).test(title);
}
