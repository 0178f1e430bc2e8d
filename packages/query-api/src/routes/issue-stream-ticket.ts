import { z } from 'zod';
import { issueStreamTicket as issueTicket } from '../access/issue-stream-ticket.ts';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf, principalOf } from '../http/authenticate.ts';
import { instantSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { SIGNED_IN } from '../shapes/security.ts';

export function issueStreamTicket(app: ApiApp, { db }: ApiContext): void {
  app.post('/v1/stream-tickets', {
    schema: {
      operationId: 'issueStreamTicket',
      summary: 'A ticket that opens one websocket within thirty seconds',
      tags: ['stream'],
      security: SIGNED_IN,
      querystring: z.strictObject(merchantQuery),
      response: {
        201: z.object({ ticket: z.string(), expiresAt: instantSchema }),
        ...problemResponses('validation_failed', 'unauthenticated', 'merchant_forbidden', 'origin_forbidden'),
      },
    },
    handler: async (request, reply) => {
      const merchantId = merchantOf(request, request.query.merchantId);
      const { credential } = principalOf(request);
      return reply.code(201).send(await issueTicket(db, { merchantId, credential }));
    },
  });
}
