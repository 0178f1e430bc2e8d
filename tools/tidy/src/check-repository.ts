import { EXEMPTIONS, type Exemption } from './exemptions.ts';
import type { Finding } from './finding.ts';
import type { Repository } from './repository/repository.ts';
import { checkBannedCalls } from './rules/check-banned-calls.ts';
import { checkExports } from './rules/check-exports.ts';
import { checkFocusedTests } from './rules/check-focused-tests.ts';
import { checkImports } from './rules/check-imports.ts';
import { checkLinks } from './rules/check-links.ts';
import { checkNames } from './rules/check-names.ts';
import { checkProofs } from './rules/check-proofs.ts';
import { checkSizes } from './rules/check-sizes.ts';
import { checkTodos } from './rules/check-todos.ts';
import { findDeadFiles } from './rules/find-dead-files.ts';

const RULES = [
  checkImports,
  checkExports,
  checkSizes,
  checkBannedCalls,
  checkFocusedTests,
  checkNames,
  findDeadFiles,
  checkLinks,
  checkTodos,
  checkProofs,
];

/** Everything in the repository that breaks a house rule, in the order of its files. */
export function checkRepository(repository: Repository, exemptions: readonly Exemption[] = EXEMPTIONS): Finding[] {
  const used = new Set<Exemption>();
  const findings = RULES.flatMap((rule) => rule(repository)).filter((finding) => {
    const exemption = exemptions.find(({ rule, file }) => rule === finding.rule && file === finding.file);
    if (exemption) used.add(exemption);
    return exemption === undefined;
  });
  const unused = exemptions.filter((exemption) => !used.has(exemption));
  findings.push(...unused.map(({ rule, file }) => unusedExemption(rule, file)));
  return findings.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function unusedExemption(rule: string, file: string): Finding {
  const message = `${file} no longer breaks ${rule}: take the exemption out`;
  return { file: 'tools/tidy/src/exemptions.ts', line: 1, rule: 'unused-exemption', message };
}
