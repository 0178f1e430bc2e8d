import type { Expression } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { isCode, isTest } from '../repository/classify-path.ts';
import type { Repository } from '../repository/repository.ts';

const TEST_FUNCTIONS = new Set(['test', 'it', 'describe', 'suite']);
const BANNED = new Set(['skip', 'only', 'todo', 'fails']);

/** No test is switched off or run alone. `skipIf` and `runIf` stay: they say on what it depends. */
export function checkFocusedTests(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    if (!isCode(file) || !isTest(file)) continue;
    const source = repository.source(file);
    source.visit({
      MemberExpression: (node) => {
        if (node.computed || node.property.type !== 'Identifier' || !BANNED.has(node.property.name)) return;
        if (!TEST_FUNCTIONS.has(rootName(node.object))) return;
        const message = `.${node.property.name}: a test that doesn't run proves nothing; mend or delete it`;
        findings.push({ file, line: source.lineAt(node.start), rule: 'focused-test', message });
      },
    });
  }
  return findings;
}

/** `test` of `test.concurrent.each`. */
function rootName(expression: Expression): string {
  if (expression.type === 'MemberExpression') return rootName(expression.object as Expression);
  return expression.type === 'Identifier' ? expression.name : '';
}
