import type { Finding } from '../finding.ts';
import type { Repository } from '../repository/repository.ts';

const DOCUMENT = 'docs/failure-modes.md';
const TEST_PATH = /[\w./-]+\.test\.tsx?/;

/**
 * Every way to fail names the test that proves what then happens. A `test` cell of the table holds one test a line
 * (`<br>` between them): the file's path, then the test's title as it stands in that file.
 */
export function checkFailureModes(repository: Repository): Finding[] {
  if (!repository.paths.has(DOCUMENT)) return [];
  const findings: Finding[] = [];
  let column = -1;
  repository
    .text(DOCUMENT)
    .split('\n')
    .forEach((line, index) => {
      const cells = tableCells(line);
      if (cells === null) column = -1;
      else if (column === -1) column = cells.findIndex((cell) => /^tests?$/i.test(cell));
      else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
        for (const test of (cells[column] ?? '').split(/<br\s*\/?>/)) {
          const message = checkTest(repository, test);
          if (message) findings.push({ file: DOCUMENT, line: index + 1, rule: 'failure-mode', message });
        }
      }
    });
  return findings;
}

function tableCells(line: string): string[] | null {
  if (!line.trimStart().startsWith('|')) return null;
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .slice(1, -1);
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim());
}

function checkTest(repository: Repository, text: string): string | null {
  const path = TEST_PATH.exec(text)?.[0];
  if (path === undefined) return `names no test: write the path of a test file and the test's title`;
  if (!repository.paths.has(path)) return `there is no ${path}`;
  const written = text.slice(text.indexOf(path) + path.length);
  const title = written.replace(/^\]\([^)]*\)/, '').replace(/^[\s`:›>"“»«–—-]+|[\s`"”«»]+$/g, '');
  if (title === '') return `names ${path} but no title of a test in it`;
  const isThere = repository.source(path).strings.some((each) => each.trim() === title);
  return isThere ? null : `${path} has no test "${title}"`;
}
