/** The answer to a request that is refused. */
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../http/problems.ts';
import { component, describe } from './registry.ts';

const problemSchema = component(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: describe(z.string(), 'Quote it when you ask about this answer.'),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  }),
  'RFC 9457 problem details. `code` says which one; `errors` names the fields.',
);

type ProblemResponse = {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problemSchema } };
};

/** The `response` entries of a route for these problems, grouped by their status. */
export function problemResponses(...codes: readonly ProblemCode[]): Record<number, ProblemResponse> {
  const responses: Record<number, ProblemResponse> = {};
  for (const [status, grouped] of Map.groupBy([...codes, 'unavailable' as const], (code) => PROBLEMS[code].status)) {
    responses[status] = {
      description: grouped.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
      content: { 'application/problem+json': { schema: problemSchema } },
    };
  }
  return responses;
}

/** Answers of every route that knows its caller. */
export const SIGNED_IN_PROBLEMS = ['unauthenticated'] as const satisfies readonly ProblemCode[];
