import path from 'node:path';
import { checkRepository } from './check-repository.ts';
import { formatFinding } from './finding.ts';
import { loadRepository } from './repository/load-repository.ts';

// With paths as arguments (`tidy packages/events`), only findings below them are shown.
const prefixes = process.argv.slice(2);
const repository = loadRepository(path.resolve(import.meta.dirname, '../../..'));
const findings = checkRepository(repository).filter(
  ({ file }) => prefixes.length === 0 || prefixes.some((prefix) => file.startsWith(prefix)),
);
for (const finding of findings) console.log(formatFinding(finding));
console.log(`${repository.paths.size} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
