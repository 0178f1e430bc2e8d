import { createHash } from 'node:crypto';
import { searchDeliveries, WEBHOOK_EVENT_TYPES } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { CURSOR_LENGTH_MAX, readIdCursor, writeIdCursor } from '../http/page-cursor.ts';
import { deliveryOutcomeSchema, deliveryStateSchema, deliverySummarySchema } from '../shapes/delivery.ts';
import { describeDeliverySummary } from '../shapes/describe-delivery.ts';
import { idSchema, merchantQuery, momentQuerySchema } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;

const filterQuery = {
  state: deliveryStateSchema.optional(),
  endpointId: idSchema.clone().optional(),
  payoutId: idSchema.clone().optional(),
  eventType: z.enum(WEBHOOK_EVENT_TYPES).optional(),
  outcome: describe(deliveryOutcomeSchema.optional(), 'Of the last attempt.'),
  from: describe(momentQuerySchema.clone().optional(), 'Events recorded at this time or later, to the millisecond.'),
  to: describe(momentQuerySchema.clone().optional(), 'Events recorded before this time.'),
};

export function listWebhookDeliveries(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-deliveries', {
    schema: {
      operationId: 'listWebhookDeliveries',
      summary: 'Searches a merchant’s webhook deliveries, newest event first',
      description:
        'The order never changes, so pages neither repeat nor skip. A page looks through a bounded stretch: filtered ' +
        'by `state`, `outcome` or `eventType` it may hold fewer than `limit`, or none, and still have a `nextCursor`.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        ...filterQuery,
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
        cursor: describe(z.string().max(CURSOR_LENGTH_MAX).optional(), '`nextCursor` of the page before.'),
      }),
      response: {
        200: z.object({
          deliveries: z.array(deliverySummarySchema),
          nextCursor: describe(z.string().nullable(), 'Null on the last page.'),
        }),
        ...problemResponses('validation_failed', 'cursor_invalid', 'unauthenticated', 'merchant_forbidden'),
      },
    },
    handler: async (request) => {
      const { merchantId: _, limit, cursor, ...filter } = request.query;
      const merchantId = merchantOf(request, request.query.merchantId);
      const mark = markOf(filter);
      const before = cursor === undefined ? undefined : readIdCursor(cursor, mark);
      const { deliveries, next } = await searchDeliveries(db, { merchantId, ...filter, limit, before });
      const nextCursor = next === null ? null : writeIdCursor(next, mark);
      return { deliveries: deliveries.map(describeDeliverySummary), nextCursor };
    },
  });
}

const MARK_LENGTH = 16;

/** Tells one filter from another in a cursor, however long their ids are. */
function markOf(filter: Readonly<Record<string, string | undefined>>): string {
  const sorted = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, MARK_LENGTH);
}
