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

export function readBalances(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/balances', {
    schema: {
      operationId: 'readBalances',
      summary: 'A merchant’s balances, one a currency',
      tags: ['balances'],
      security: SIGNED_IN,
      querystring: z.strictObject(merchantQuery),
      response: {
        200: z.object({ asOf: asOfSchema, balances: z.array(balanceSchema) }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const { asOf, balances } = await queryBalances(db, { merchantId });
      return { asOf, balances: balances.map(describeBalance) };
    },
  });
}
