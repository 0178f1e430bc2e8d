import type { CallExpression, Expression, NewExpression } from 'oxc-parser';
import type { Finding } from '../finding.ts';
import { CLOCK_PACKAGE, SERVICE_PACKAGES } from '../layout.ts';
import { isCode, isProduction, packageOf } from '../repository/classify-path.ts';
import type { Source } from '../repository/parse-source.ts';
import type { Repository } from '../repository/repository.ts';

/** `object.property` → what to write instead. Time, chance and environment enter as data. */
const BANNED_MEMBERS: Readonly<Record<string, string>> = {
  'Date.now': 'take a Clock and call clock.nowMs()',
  'Math.random': 'take the chance as data: randomUnit() of service-kit at the entry point',
  'crypto.randomUUID': 'take the id as data: randomId() of service-kit at the entry point',
  'process.env': 'take the Environment as data: environment() of service-kit at the entry point',
};

/** Imported name → the module it must not come from, and what to write instead. */
const BANNED_IMPORTS: readonly { readonly name: string; readonly from: string; readonly instead: string }[] = [
  { name: 'randomUUID', from: 'node:crypto', instead: BANNED_MEMBERS['crypto.randomUUID'] ?? '' },
  { name: 'env', from: 'node:process', instead: BANNED_MEMBERS['process.env'] ?? '' },
  { name: 'setTimeout', from: 'node:timers/promises', instead: 'await clock.sleep(ms, signal)' },
  { name: 'scheduler', from: 'node:timers/promises', instead: 'await clock.sleep(ms, signal)' },
];

/** Calls that tie code to the machine it runs on; tools that run before any package is there are not looked at. */
export function checkBannedCalls(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const file of repository.paths) {
    const from = packageOf(file);
    if (!isCode(file) || from === null) continue;
    const source = repository.source(file);
    const report = (offset: number, name: string, instead: string) =>
      findings.push({ file, line: source.lineAt(offset), rule: 'banned-call', message: `${name}: ${instead}` });
    if (from !== CLOCK_PACKAGE) checkClock(source, report);
    if (SERVICE_PACKAGES.includes(from) && isProduction(file)) checkConsole(source, report);
  }
  return findings;
}

type Report = (offset: number, name: string, instead: string) => void;

function checkClock(source: Source, report: Report): void {
  source.visit({
    MemberExpression: (node) => {
      if (node.computed || node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${node.object.name}.${node.property.name}`;
      const instead = BANNED_MEMBERS[name];
      if (instead) report(node.start, name, instead);
    },
    NewExpression: (node) => {
      if (node.callee.type !== 'Identifier') return;
      if (node.callee.name === 'Date' && node.arguments.length === 0) {
        report(node.start, 'new Date()', 'take a Clock and call clock.now() or clock.nowMs()');
      }
      if (node.callee.name === 'Promise' && isSleep(node)) {
        report(node.start, 'setTimeout as a sleep', 'await clock.sleep(ms, signal); a test polls with eventually()');
      }
    },
    ImportDeclaration: (node) => {
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier') continue;
        const { name } = specifier.imported;
        const banned = BANNED_IMPORTS.find((each) => each.name === name && each.from === node.source.value);
        if (banned) report(specifier.start, `${banned.name} of ${banned.from}`, banned.instead);
      }
    },
  });
}

function checkConsole(source: Source, report: Report): void {
  source.visit({
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || node.object.name !== 'console') return;
      report(node.start, 'console', 'a service logs through its Logger, one wide event per unit of work');
    },
  });
}

/** `new Promise((resolve) => setTimeout(resolve, ms))`, with the resolve called directly or in an arrow. */
function isSleep(node: NewExpression): boolean {
  const [executor] = node.arguments;
  if (executor?.type !== 'ArrowFunctionExpression' && executor?.type !== 'FunctionExpression') return false;
  const [resolve] = executor.params;
  if (resolve?.type !== 'Identifier' || executor.body === null) return false;
  const { body } = executor;
  const statements = body.type === 'BlockStatement' ? body.body : [];
  const expressions = statements.flatMap((each) => (each.type === 'ExpressionStatement' ? [each.expression] : []));
  const candidates = body.type === 'BlockStatement' ? expressions : [body];
  return candidates.some((each) => each.type === 'CallExpression' && isTimerOf(each, resolve.name));
}

function isTimerOf(call: CallExpression, resolve: string): boolean {
  if (call.callee.type !== 'Identifier' || call.callee.name !== 'setTimeout') return false;
  const [callback] = call.arguments;
  if (callback?.type === 'ArrowFunctionExpression') return callsName(callback.body as Expression, resolve);
  return callback?.type === 'Identifier' && callback.name === resolve;
}

function callsName(expression: Expression, name: string): boolean {
  if (expression.type !== 'CallExpression') return false;
  return expression.callee.type === 'Identifier' && expression.callee.name === name;
}
