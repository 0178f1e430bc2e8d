import { parseInstant } from '@northwind/events';
import { listWebhookEvents as queryWebhookEvents } from '@northwind/webhooks';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import type { ApiApp } from '../http/api-app.ts';
import { merchantOf } from '../http/authenticate.ts';
import { CURSOR_LENGTH_MAX, readPageCursor, writePageCursor } from '../http/page-cursor.ts';
import { Problem } from '../http/problems.ts';
import { asOfSchema } from '../shapes/coordinate.ts';
import { idSchema, merchantQuery } from '../shapes/fields.ts';
import { problemResponses } from '../shapes/problem.ts';
import { describe } from '../shapes/registry.ts';
import { SIGNED_IN } from '../shapes/security.ts';
import { webhookEventSchema } from '../shapes/webhook-event.ts';

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1_000;
const TIME_LENGTH_MAX = 40;

const since = z
  .string()
  .max(TIME_LENGTH_MAX)
  .transform((text, ctx) => {
    const parsed = parseInstant(text);
    if (parsed.ok) return parsed.instant;
    ctx.addIssue({ code: 'custom', message: parsed.message });
    return z.NEVER;
  });

export function listWebhookEvents(app: ApiApp, { db }: ApiContext): void {
  app.get('/v1/webhook-events', {
    schema: {
      operationId: 'listWebhookEvents',
      summary: 'A merchant’s webhook events in the order of the log: what it missed, without a re-send',
      description:
        'With `endpointId`: what this endpoint subscribes to, since it was registered, also while it was disabled. ' +
        'Without: every event of the merchant. Nothing is too old to be in it. Keep `nextCursor`: it is where to ' +
        'go on, also next week.',
      tags: ['webhooks'],
      security: SIGNED_IN,
      querystring: z.strictObject({
        ...merchantQuery,
        endpointId: describe(idSchema.clone().optional(), 'Only what belongs to this endpoint.'),
        after: describe(z.string().max(CURSOR_LENGTH_MAX).optional(), '`nextCursor` of an answer before.'),
        since: describe(since.optional(), 'Only what our log took in from then on: `2026-11-22T06:00:00Z`.'),
        limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
      }),
      response: {
        200: z.object({
          asOf: asOfSchema,
          events: z.array(webhookEventSchema),
          nextCursor: describe(z.string(), 'Where to go on, now or later.'),
          hasMore: describe(z.boolean(), 'False when there is nothing after this page yet.'),
        }),
        ...problemResponses(
          'validation_failed',
          'cursor_invalid',
          'unauthenticated',
          'merchant_forbidden',
          'endpoint_not_found',
        ),
      },
    },
    handler: async (request) => {
      const { endpointId, after, since: recordedFrom, limit, merchantId: named } = request.query;
      const merchantId = merchantOf(request, named);
      const filter = `webhook-events ${endpointId ?? ''}`;
      const from = after === undefined ? undefined : readPageCursor(after, filter, 'after');
      const answer = await queryWebhookEvents(db, { merchantId, endpointId, from, recordedFrom, limit });
      if (answer === 'endpoint_not_found') {
        throw new Problem('endpoint_not_found', 'This merchant has no endpoint with this id.');
      }
      const { asOf, events, next, hasMore } = answer;
      const described = events.map((event) => ({ ...event, webhooks: [...event.webhooks] }));
      return { asOf, events: described, nextCursor: writePageCursor(next, filter), hasMore };
    },
  });
}
