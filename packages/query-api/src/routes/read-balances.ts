import { readBalances as queryBalances } from '@northwind/projector';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { balanceSchema } from '../shapes/balance.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { describeBalance } from '../shapes/describe-balance.ts';
import { merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { waitingQuery } from '../shapes/waiting.ts';
import { readAtLeast } from '../waiting/read-at-least.ts';

export function readBalances(app: ApiApp, { db, gate }: ApiContext): void {
  app.get('/v1/balances', {
    schema: {
      operationId: 'readBalances',
      summary: 'A merchant’s balances, one a currency',
      tags: ['balances'],
      security: SIGNED_IN,
      querystring: z.strictObject({ ...merchantQuery, ...waitingQuery }),
      response: {
        200: z.object({ asOf: asOfSchema, balances: z.array(balanceSchema) }),
        ...problemResponses(
          'validation_failed',
          'unauthenticated',
          'merchant_forbidden',
          'not_applied_yet',
          'too_many_waiting',
        ),
      },
    },
    handler: async (request, reply) => {
      const { query } = request;
      const merchantId = merchantOf(request, query.merchantId);
      const { asOf, balances } = await readAtLeast(gate, { merchantId, query, reply }, () =>
        queryBalances(db, { merchantId }),
      );
      return { asOf, balances: balances.map(describeBalance) };
    },
  });
}
