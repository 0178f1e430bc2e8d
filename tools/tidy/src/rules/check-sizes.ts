import type { ArrowFunctionExpression, Function as FunctionNode } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { COORDINATORS, LIMITS } from '../layout.ts';
import { isCode, isGenerated, isTest } from '../repository/classify-path.ts';
import type { Repository } from '../repository/repository.ts';

const COUNTED = /\.(ts|tsx|mts|js|mjs|sql|sh|css)$/;

/**
 * Files, functions, lines and parameter lists stay small enough to be read. A test file tells its cases one after
 * another, so the length of the file and of its `describe` blocks isn't limited.
 */
export function checkSizes(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    if (!COUNTED.test(file) || isGenerated(file)) continue;
    const lines = repository.text(file).replace(/\n$/, '').split('\n');
    findings.push(...checkFileLength(file, lines.length), ...checkLineLengths(file, lines));
    if (isCode(file)) findings.push(...checkFunctions(repository, file));
  }
  return findings;
}

function checkFileLength(file: string, lines: number): Finding[] {
  if (isTest(file)) return [];
  const isCoordinator = /\/main\.tsx?$/.test(file) || COORDINATORS.includes(file);
  const rule = isCoordinator ? 'coordinator-length' : 'file-length';
  const limit = isCoordinator ? LIMITS.coordinatorLines : LIMITS.fileLines;
  if (lines <= limit) return [];
  const hint = isCoordinator ? 'a coordinator only wires parts together' : 'split it by operation';
  return [{ file, line: limit + 1, rule, message: `${lines} lines, at most ${limit}: ${hint}` }];
}

function checkLineLengths(file: string, lines: readonly string[]): Finding[] {
  return lines.flatMap((text, index) => {
    if (text.length <= LIMITS.lineColumns) return [];
    const message = `${text.length} columns, at most ${LIMITS.lineColumns}`;
    return [{ file, line: index + 1, rule: 'line-length', message }];
  });
}

function checkFunctions(repository: Repository, file: string): Finding[] {
  const source = repository.source(file);
  const findings: Finding[] = [];
  const check = (node: FunctionNode | ArrowFunctionExpression) => {
    const line = source.lineAt(node.start);
    const lines = source.lineAt(node.end) - line + 1;
    if (!isTest(file) && lines > LIMITS.functionLines) {
      const message = `${lines} lines, at most ${LIMITS.functionLines}: give its parts names of their own`;
      findings.push({ file, line, rule: 'function-length', message });
    }
    if (node.params.length > LIMITS.positionalParameters) {
      const count = node.params.length;
      const message = `${count} positional parameters, at most ${LIMITS.positionalParameters}: take an object`;
      findings.push({ file, line, rule: 'parameters', message });
    }
  };
  source.visit({ FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check });
  return findings;
}
