import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkRepository } from './check-repository.ts';
import { formatFinding } from './finding.ts';
import { COORDINATORS } from './layout.ts';
import { loadRepository } from './repository/load-repository.ts';
import { repositoryOf } from './repository/repository.ts';

const manifest = (exports: Record<string, string> = { '.': './src/index.ts' }) => JSON.stringify({ exports });
const doors = {
  'packages/events/package.json': manifest({ '.': './src/index.ts', './testing': './src/testing.ts' }),
  'packages/events/src/index.ts': `export { money } from './money.ts';`,
  'packages/events/src/money.ts': 'export const money = 1;',
  'packages/events/src/testing.ts': 'export const sample = 1;',
  'packages/projector/package.json': manifest(),
  'packages/projector/src/index.ts': 'export const project = 1;',
  'packages/testing/package.json': manifest(),
  'packages/testing/src/index.ts': 'export const eventually = 1;',
};
const lines = (count: number, text = 'export {};') => Array.from({ length: count }, () => text).join('\n');
const inEvents = (code: string) => ({ 'packages/events/src/index.ts': code });
const inTest = (code: string) => ({ 'packages/events/src/money.test.ts': code });
const inMode = (test: string) => ({
  ...inTest(`test('it holds', () => {});`),
  'docs/failure-modes.md': `| mode | test |\n|---|---|\n| it breaks | ${test} |\n`,
});

const promise = (symbol: string) => ({
  ...inTest(`test('it holds', () => {});`),
  'packages/events/src/keep.ts': 'export const keep = 1;',
  'packages/event-store/SPEC.md': `| promise | kept by | test |\n|---|---|---|
| it holds | \`packages/events/src/keep.ts\` (${symbol}) | packages/events/src/money.test.ts it holds |\n`,
});

interface Fixture {
  readonly rule: string;
  readonly case: string;
  readonly broken: Readonly<Record<string, string>>;
  readonly mended: Readonly<Record<string, string>>;
  /** What the message must say so that its reader knows what to do. */
  readonly says: string;
}

const fixtures: readonly Fixture[] = [
  {
    rule: 'import-direction',
    case: 'a lower package imports a higher one',
    broken: { 'packages/event-store/src/main.ts': `import type { project } from '@northwind/projector';` },
    mended: { 'packages/query-api/src/main.ts': `import type { project } from '@northwind/projector';` },
    says: 'event-store must not import projector: it may import only events, service-kit',
  },
  {
    rule: 'import-direction',
    case: 'production code imports the testing package',
    broken: { 'packages/projector/src/main.ts': `import { eventually } from '@northwind/testing';` },
    mended: { 'packages/projector/src/a.test.ts': `import { eventually } from '@northwind/testing';` },
    says: 'projector must not import testing',
  },
  {
    rule: 'import-direction',
    case: 'an import type and a dynamic import count too',
    broken: inEvents(`export type P = import('@northwind/projector').P;`),
    mended: inEvents('export type P = 1;'),
    says: 'events must not import projector: it may import no other package',
  },
  {
    rule: 'import-direction',
    case: 'a new package has no row yet',
    broken: { 'packages/novel/src/main.ts': `import { money } from '@northwind/events';` },
    mended: { 'packages/cutover/src/main.ts': `import { money } from '@northwind/events';` },
    says: 'package novel has no row in tools/tidy/src/layout.ts',
  },
  {
    rule: 'one-door',
    case: 'a deep import',
    broken: { 'packages/projector/src/main.ts': `import { money } from '@northwind/events/src/money.ts';` },
    mended: { 'packages/projector/src/main.ts': `import { sample } from '@northwind/events/testing';` },
    says: 'its package.json declares ., ./testing',
  },
  {
    rule: 'one-door',
    case: 'a path into another package',
    broken: { 'packages/projector/src/main.ts': `import { money } from '../../events/src/money.ts';` },
    mended: { 'packages/projector/src/main.ts': `import { money } from '@northwind/events';` },
    says: 'import @northwind/events instead',
  },
  {
    rule: 'browser-safe',
    case: 'a module of Node in the catalogue',
    broken: inEvents(`import { readFileSync } from 'node:fs';`),
    mended: inTest(`import { readFileSync } from 'node:fs';`),
    says: 'node:fs is not there',
  },
  {
    rule: 'named-exports',
    case: 'export *',
    broken: inEvents(`export * from './money.ts';`),
    mended: inEvents(`export { money } from './money.ts';`),
    says: 'name each export',
  },
  {
    rule: 'named-exports',
    case: 'export default outside of a configuration',
    broken: inEvents('export default 1;'),
    mended: { 'packages/portal/vite.config.ts': 'export default {};' },
    says: 'instead of `export default`',
  },
  {
    rule: 'file-length',
    case: 'one line too many',
    broken: inEvents(lines(401)),
    mended: inEvents(lines(400)),
    says: '401 lines, at most 400',
  },
  {
    rule: 'coordinator-length',
    case: 'a main.ts that does more than wire',
    broken: { 'packages/events/src/main.ts': lines(151) },
    mended: { 'packages/events/src/main.ts': lines(150) },
    says: '151 lines, at most 150',
  },
  {
    rule: 'function-length',
    case: 'one line too many',
    broken: inEvents(`export const f = () => {\n${lines(69, 'f();')}\n};`),
    mended: inEvents(`export const f = () => {\n${lines(68, 'f();')}\n};`),
    says: '71 lines, at most 70',
  },
  {
    rule: 'line-length',
    case: 'one column too many',
    broken: inEvents(`// ${'x'.repeat(118)}`),
    mended: inEvents(`// ${'x'.repeat(117)}`),
    says: '121 columns, at most 120',
  },
  {
    rule: 'parameters',
    case: 'five positional parameters',
    broken: inEvents('export const f = (a, b, c, d, e) => [a, b, c, d, e];'),
    mended: inEvents('export const f = (a, b, c, { d, e }) => [a, b, c, d, e];'),
    says: 'take an object',
  },
  ...Object.entries({
    'Date.now()': 'clock.nowMs()',
    'new Date()': 'clock.now()',
    'Math.random()': 'randomUnit()',
    'crypto.randomUUID()': 'randomId()',
    'process.env': 'environment()',
    'console.log(1)': 'Logger',
    'new Promise((resolve) => setTimeout(resolve, 5))': 'clock.sleep',
    'new Promise((resolve) => { setTimeout(() => resolve(), 5); })': 'clock.sleep',
  }).map(([expression, says]) => ({
    rule: 'banned-call',
    case: expression,
    broken: inEvents(`export const a = () => ${expression};`),
    mended: inEvents('export const a = (ms) => [new Date(ms), new Promise((_, reject) => setTimeout(reject, ms))];'),
    says,
  })),
  {
    rule: 'banned-call',
    case: 'an imported randomUUID',
    broken: { 'packages/projector/src/main.ts': `import { randomUUID } from 'node:crypto';` },
    mended: { 'packages/service-kit/src/main.ts': `import { randomUUID } from 'node:crypto';` },
    says: 'randomId()',
  },
  {
    rule: 'focused-test',
    case: 'a test that runs alone',
    broken: inTest(`test.concurrent.only('a', () => {});`),
    mended: inTest(`test.skipIf(true)('a', () => {});`),
    says: '.only',
  },
  {
    rule: 'banned-name',
    case: 'a drawer for everything',
    broken: { 'packages/events/test/utils.ts': '', ...inTest(`import '../test/utils.ts';`) },
    mended: { 'packages/events/test/sign-body.ts': '', ...inTest(`import '../test/sign-body.ts';`) },
    says: '"utils" says nothing',
  },
  {
    rule: 'dead-file',
    case: 'a file that only its own test reaches',
    broken: {
      'packages/events/src/lost.ts': 'export const lost = 1;',
      'packages/events/src/lost.test.ts': `import { lost } from './lost.ts';`,
    },
    mended: {
      'packages/events/src/found.ts': 'export const found = 1;',
      'packages/events/src/main.ts': `const child = new URL('./found.ts', import.meta.url);`,
    },
    says: 'no door, main file, script or other test reaches it',
  },
  {
    rule: 'broken-link',
    case: 'a file that is not there',
    broken: { 'README.md': '[events](packages/event)' },
    mended: { 'README.md': '[events](packages/events) and `[code](nowhere)`' },
    says: 'there is no packages/event',
  },
  {
    rule: 'broken-link',
    case: 'a heading that is not there',
    broken: { 'README.md': '# The flow\n[flow](#flow)' },
    mended: { 'README.md': '# The flow, in `one` page\n[flow](#the-flow-in-one-page)' },
    says: 'has no such heading',
  },
  {
    rule: 'todo-without-issue',
    case: 'nobody will find it again',
    broken: inEvents('// TODO make it fast'),
    mended: inEvents(`// TODO #12 make it fast\nexport const mark = 'TODO';`),
    says: 'names no issue',
  },
  {
    rule: 'proof',
    case: 'a title that is not in the file',
    broken: inMode('`packages/events/src/money.test.ts` it breaks'),
    mended: inMode('`packages/events/src/money.test.ts` › it holds'),
    says: 'has no test "it breaks"',
  },
  {
    rule: 'proof',
    case: 'no test at all',
    broken: inMode('later'),
    mended: inMode('packages/events/src/money.test.ts: "it holds"'),
    says: 'names no test',
  },
  {
    rule: 'proof',
    case: 'a promise that nothing keeps',
    broken: promise('forget'),
    mended: promise('keep'),
    says: 'packages/events/src/keep.ts has no forget',
  },
  {
    rule: 'unused-exemption',
    case: 'an exemption of a file that keeps the rule',
    broken: { 'exempt.md': 'TODO' },
    mended: {},
    says: 'take the exemption out',
  },
];

const check = (files: Readonly<Record<string, string>>, rule: string) => {
  const isExempting = 'exempt.md' in files;
  const exemptions = isExempting ? [{ rule: 'broken-link', file: 'exempt.md', reason: 'a fixture' }] : [];
  return checkRepository(repositoryOf({ ...doors, ...files }), exemptions).filter((finding) => finding.rule === rule);
};

describe.each(fixtures)('$rule: $case', ({ rule, broken, mended, says }) => {
  test('is found, and its message says what to do', () => {
    const findings = check(broken, rule);
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
  });

  test('is not found where the rule is kept', () => {
    expect(check(mended, rule)).toEqual([]);
  });
});

test('an exemption with its reason silences the rule for that file only', () => {
  const files = { ...doors, ...inEvents('export default 1;'), 'packages/projector/src/main.ts': 'export default 2;' };
  const exemption = { rule: 'named-exports', file: 'packages/events/src/index.ts', reason: 'a fixture' };
  const named = checkRepository(repositoryOf(files), [exemption]).filter(({ rule }) => rule === 'named-exports');
  expect(named.map(({ file }) => file)).toEqual(['packages/projector/src/main.ts']);
});

test('this repository keeps the house rules', () => {
  const repository = loadRepository(path.resolve(import.meta.dirname, '../../..'));
  expect(checkRepository(repository).map(formatFinding)).toEqual([]);
  expect(COORDINATORS.filter((file) => !repository.paths.has(file))).toEqual([]);
});
