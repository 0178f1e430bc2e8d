import type { Finding } from '../finding.ts';
import { BANNED_NAMES } from '../layout.ts';
import type { Repository } from '../repository/repository.ts';

/** A name says what is inside; a drawer for everything fills up. */
export function checkNames(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    const words = file.split('/').map((segment) => segment.split('.')[0] ?? '');
    const banned = words.find((word) => BANNED_NAMES.includes(word.toLowerCase()));
    if (banned === undefined) continue;
    const message = `"${banned}" says nothing: name it for the one thing it does, verb-noun`;
    findings.push({ file, line: 1, rule: 'banned-name', message });
  }
  return findings;
}
