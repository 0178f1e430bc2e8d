const TEST_PATH = /[\w./-]+\.test\.tsx?/;

/** A test that a document names. */
export interface ProofTest {
  readonly file: string;
  /** As it stands in the file; empty when the document gives none. */
  readonly title: string;
}

/** The cells of a row of a Markdown table; null for any other line. */
export function tableCells(line: string): string[] | null {
  if (!line.trimStart().startsWith('|')) return null;
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .slice(1, -1);
  return cells.map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** A test's path and title, whatever quotes, brackets or arrows are around them; null when there is no path. */
export function readTest(text: string): ProofTest | null {
  const file = TEST_PATH.exec(text)?.[0];
  if (file === undefined) return null;
  const written = text.slice(text.indexOf(file) + file.length);
  const title = written.replace(/^\]\([^)]*\)/, '').replace(/^[\s`:›>"“»«–—-]+|[\s`"”«»]+$/g, '');
  return { file, title };
}
