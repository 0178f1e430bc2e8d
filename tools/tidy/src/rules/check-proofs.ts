import type { Finding } from '../finding.ts';
import type { Repository } from '../repository/repository.ts';
import { readTest, tableCells } from './read-proofs.ts';

/** The ways to fail, and what the log promises. */
const DOCUMENTS = ['docs/failure-modes.md', 'packages/event-store/SPEC.md'];
const KEEPER = /^`([^`]+)` \(([^)]+)\)$/;

/**
 * Every way to fail names the test that proves what then happens, every promise also the place that keeps it. A `test`
 * cell of a table holds one test a line (`<br>` between them): the file's path, then the test's title as it stands in
 * that file. A `kept by` cell holds the file's path and, in brackets, what to look for in it.
 */
export function checkProofs(repository: Repository): Finding[] {
  return DOCUMENTS.filter((document) => repository.paths.has(document)).flatMap((document) =>
    checkDocument(repository, document),
  );
}

function checkDocument(repository: Repository, document: string): Finding[] {
  const findings: Finding[] = [];
  let header: string[] | null = null;
  repository
    .text(document)
    .split('\n')
    .forEach((line, index) => {
      const cells = tableCells(line);
      if (cells === null) header = null;
      else if (header === null) header = cells;
      else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
        for (const message of checkRow(repository, header, cells)) {
          findings.push({ file: document, line: index + 1, rule: 'proof', message });
        }
      }
    });
  return findings;
}

function checkRow(repository: Repository, header: readonly string[], cells: readonly string[]): string[] {
  const cell = (name: RegExp) => cells[header.findIndex((title) => name.test(title))];
  const keeper = cell(/^kept by$/i);
  const tests = (cell(/^tests?$/i) ?? '').split(/<br\s*\/?>/);
  const messages = [
    keeper === undefined ? null : checkKeeper(repository, keeper),
    ...(header.some((title) => /^tests?$/i.test(title)) ? tests.map((test) => checkTest(repository, test)) : []),
  ];
  return messages.filter((message) => message !== null);
}

function checkKeeper(repository: Repository, text: string): string | null {
  const [, path, symbol] = KEEPER.exec(text) ?? [];
  if (path === undefined || symbol === undefined) return 'names no keeper: write `path` (what to look for in it)';
  if (!repository.paths.has(path)) return `there is no ${path}`;
  return repository.text(path).includes(symbol) ? null : `${path} has no ${symbol}`;
}

function checkTest(repository: Repository, text: string): string | null {
  const test = readTest(text);
  if (test === null) return `names no test: write the path of a test file and the test's title`;
  const { file, title } = test;
  if (!repository.paths.has(file)) return `there is no ${file}`;
  if (title === '') return `names ${file} but no title of a test in it`;
  const isThere = repository.source(file).strings.some((each) => each.trim() === title);
  return isThere ? null : `${file} has no test "${title}"`;
}
