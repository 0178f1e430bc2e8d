import type { z } from 'zod';
import { fieldPath, quote, REJECTION_CODES, type Rejection, type RejectionCode, rejection } from './rejection.ts';

/**
 * The rejection for the first issue that a schema reports. Schemas report in the order of their members, so the same
 * body always gets the same answer. `prefix` is where the value stood in the body.
 */
export function explainIssue(error: z.ZodError, value: unknown, prefix: readonly PropertyKey[]): Rejection {
  const issue = error.issues[0];
  if (issue === undefined) throw new Error('a schema refused a value without an issue');
  const field = fieldPath([...prefix, ...issue.path]);
  const found = valueAt(value, issue.path);
  if (issue.code === 'custom') {
    return rejection(codeOf(issue.params), field, `${field} ${issue.message}`);
  }
  if (found === undefined) return rejection('missing', field, `${field} is missing; send ${wanted(issue)}`);
  if (issue.code === 'invalid_value') {
    return rejection('value_not_allowed', field, `${field} is ${quote(found)}; send ${wanted(issue)}`);
  }
  return rejection('wrong_type', field, `${field} is ${quote(found)}; send ${wanted(issue)}`);
}

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((value) => quote(value)).join(', ')}`;
  if (issue.code !== 'invalid_type') return 'what the catalogue says';
  switch (issue.expected) {
    case 'number':
      return 'an integer of minor units';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    default:
      return `a ${issue.expected}`;
  }
}

function codeOf(params: Readonly<Record<string, unknown>> | undefined): RejectionCode {
  const code = params?.code;
  if (typeof code !== 'string' || !Object.hasOwn(REJECTION_CODES, code)) {
    throw new Error('a schema refused a value without a rejection code');
  }
  return code as RejectionCode;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[step];
  }
  return found;
}
