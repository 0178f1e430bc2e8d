import type { Finding } from '../finding.ts';
import { isCode, isConfig } from '../repository/classify-path.ts';
import type { Repository } from '../repository/repository.ts';

/** Named exports only: what a module offers is written out, and has one name everywhere. */
export function checkExports(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    if (!isCode(file)) continue;
    const source = repository.source(file);
    const report = (offset: number, message: string) =>
      findings.push({ file, line: source.lineAt(offset), rule: 'named-exports', message });
    source.visit({
      ExportAllDeclaration: (node) => report(node.start, 'name each export instead of `export *`'),
      ExportDefaultDeclaration: (node) => {
        if (!isConfig(file)) report(node.start, 'give the export a name instead of `export default`');
      },
    });
  }
  return findings;
}
