/** The signing secrets of a webhook endpoint, without what is secret about them. */
import { SECRET_ACTIONS, SIGNING_SCHEMES } from '@northwind/webhooks';
import { z } from 'zod';
import { instantSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const schemeSchema = describe(
  z.enum(SIGNING_SCHEMES),
  '`v1`: HMAC-SHA-256 with a shared secret. `v1a`: Ed25519; the merchant has the public key alone.',
);

export const liveSecretSchema = component(
  'WebhookSecret',
  z.object({
    version: describe(z.int(), 'As receipts name it.'),
    scheme: schemeSchema,
    createdAt: instantSchema,
    expiresAt: describe(
      z.string().nullable(),
      'Null: the current one. Else it signs beside the current one until then.',
    ),
    publicKey: describe(z.string().nullable(), '`whpk_…` of v1a; null for v1.'),
  }),
  'A secret that signs this endpoint’s requests, in the order of the signatures in `webhook-signature`.',
);

export const secretActionSchema = component(
  'WebhookSecretAction',
  z.object({
    actionId: describe(z.bigint(), 'Later actions have higher ones.'),
    action: z.enum(SECRET_ACTIONS),
    version: z.int(),
    scheme: schemeSchema,
    actor: describe(z.string(), 'Who: a role and its key or session, or a person’s name.'),
    reason: z.string().nullable(),
    actedAt: instantSchema,
  }),
  'What was done with a signing secret besides signing. The record is only added to.',
);
