import { globSync } from 'node:fs';
import path from 'node:path';
import { withPnpm } from '../../bootstrap/pnpm.mjs';

/** One part of the gate: a heading and the programs to run, one after another. */
export interface Step {
  readonly name: string;
  readonly title: string;
  readonly programs: readonly Program[];
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** Where the test runner writes what it counted, relative to the root. */
export const TEST_REPORT = 'node_modules/.northwind-tests.json';
// A generator takes --check: it then writes nothing and exits 1 when what it would write is not what is committed.
const GENERATORS = ['packages/*/scripts/generate-*.ts', 'docs/scripts/generate-*.ts'];

/** The gate in its order: what is cheap and says most comes first. */
export function gateSteps(root: string): Step[] {
  const bin = (name: string) => path.join(root, 'node_modules', '.bin', name);
  const node = (...args: string[]): Program => ({ file: process.execPath, args });
  const turbo = (...args: string[]): Program => ({ file: 'npx', args: withPnpm('turbo', ['run', ...args]) });
  const generators = globSync(GENERATORS, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return [
    {
      name: 'lint',
      title: 'Format and lint',
      programs: [{ file: bin('biome'), args: ['check', '--error-on-warnings'] }],
    },
    {
      name: 'types',
      title: 'Types',
      programs: [turbo('types', '--concurrency=50%', '--continue', '--output-logs=errors-only')],
    },
    { name: 'tidy', title: 'House rules', programs: [node('tools/tidy/src/main.ts')] },
    {
      name: 'schemas',
      title: 'Generated files are up to date',
      programs: generators.sort().map((file) => node(file, '--check')),
    },
    {
      name: 'portal',
      title: 'Portal build',
      programs: [turbo('build', '--filter=@northwind/portal', '--output-logs=errors-only')],
    },
    {
      name: 'tests',
      title: 'Tests',
      programs: [node(vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${TEST_REPORT}`)],
    },
  ];
}
