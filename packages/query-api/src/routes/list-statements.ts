import { readStatements } from '@northwind/projector';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { Problem } from '../http/problems.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { describeStatement } from '../shapes/describe-statement.ts';
import { daySchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { statementSchema } from '../shapes/statement.ts';
import { waitingQuery } from '../shapes/waiting.ts';
import { readAtLeast } from '../waiting/read-at-least.ts';

/** A year, so that an answer is bounded. */
const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

export function listStatements(app: ApiApp, { db, gate }: ApiContext): void {
  app.get('/v1/statements', {
    schema: {
      operationId: 'listStatements',
      summary: 'A merchant’s days: opening, what moved, closing',
      description:
        'By currency, then by day. A day on which nothing moved is not there: it opens and closes with the closing ' +
        'before it. A day that is over does not change.',
      tags: ['balances'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        from: describe(daySchema.clone(), 'The first day, in UTC.'),
        to: describe(daySchema.clone(), `The last day; at most ${DAYS_MAX} days in all.`),
        ...waitingQuery,
      }),
      response: {
        200: z.object({ asOf: asOfSchema, statements: z.array(statementSchema) }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'not_applied_yet',
          'too_many_waiting',
          'read_model_missing',
        ),
      },
    },
    handler: async (request, reply) => {
      const { query } = request;
      const merchantId = merchantOf(request, query.merchantId);
      const wish = { merchantId, fromDay: query.from, toDay: query.to };
      requireRange(wish);
      const { asOf, statements } = await readAtLeast(gate, { merchantId, query, reply }, () =>
        readStatements(db, wish),
      );
      return { asOf, statements: statements.map(describeStatement) };
    },
  });
}

function requireRange({ fromDay, toDay }: { readonly fromDay: string; readonly toDay: string }): void {
  const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
  if (days >= 1 && days <= DAYS_MAX) return;
  const message = days < 1 ? 'is before from' : `is more than ${DAYS_MAX} days after from`;
  throw new Problem('validation_failed', 'Not valid: to.', [{ field: 'to', message }]);
}
