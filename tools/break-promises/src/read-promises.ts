import { type ProofTest, readTest, tableCells } from '../../tidy/src/rules/read-proofs.ts';

/** What the promises are read from, relative to the root. */
export const SPEC = 'packages/event-store/SPEC.md';

export interface PromiseRow {
  /** For example L1. */
  readonly id: string;
  readonly tests: readonly ProofTest[];
}

/** The rows of SPEC.md's tables: id, promise, keeper, tests. */
export function readPromises(spec: string): PromiseRow[] {
  return spec.split('\n').flatMap((line) => {
    const [id, , , tests] = tableCells(line) ?? [];
    if (id === undefined || !/^[A-Z]\d+$/.test(id)) return [];
    return [{ id, tests: (tests ?? '').split(/<br\s*\/?>/).map((test) => readNamedTest(id, test)) }];
  });
}

function readNamedTest(id: string, text: string): ProofTest {
  const test = readTest(text);
  if (test === null || test.title === '') throw new Error(`${SPEC}: ${id} names no test in "${text}"`);
  return test;
}
