import type { Finding } from '../finding.ts';
import { isCode, isGenerated } from '../repository/classify-path.ts';
import type { Repository } from '../repository/repository.ts';

const MARK = /\b(TODO|FIXME|HACK)\b/;
const ISSUE = /#\d+/;

/** What is left for later has an issue: a mark in a comment without one is forgotten. */
export function checkTodos(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    if (isGenerated(file)) continue;
    for (const { line, text } of comments(repository, file)) {
      const mark = MARK.exec(text)?.[1];
      if (mark === undefined || ISSUE.test(text)) continue;
      findings.push({ file, line, rule: 'todo-without-issue', message: `${mark} names no issue: write ${mark} #123` });
    }
  }
  return findings;
}

function comments(repository: Repository, file: string): { line: number; text: string }[] {
  if (isCode(file)) {
    const source = repository.source(file);
    return source.comments.map(({ start, value }) => ({ line: source.lineAt(start), text: value }));
  }
  const mark = /\.sql$/.test(file) ? '--' : /\.(sh|ya?ml)$/.test(file) ? '#' : null;
  if (mark === null) return [];
  return repository
    .text(file)
    .split('\n')
    .flatMap((text, index) => {
      const at = text.indexOf(mark);
      return at === -1 ? [] : [{ line: index + 1, text: text.slice(at) }];
    });
}
