/**
 * The JSON Schema of every body, as it is published in schemas/. A field may be added to a version, so readers ignore
 * what they don't know; anything else is a new version beside the old one.
 */
import { PAYOUT_STATUSES } from '@northwind/projector';
import { z } from 'zod';
import type { DeliveryEventType } from '../planning/event-types.ts';
import { digestBody } from './digest-body.ts';
import { payoutBody } from './payout-body.ts';
import { testBody } from './test-body.ts';

export interface BodySchema {
  readonly type: DeliveryEventType;
  readonly version: number;
  readonly schema: z.ZodType;
}

export const BODY_SCHEMAS: readonly BodySchema[] = [
  ...PAYOUT_STATUSES.map((status) => ({ type: `payout.${status}`, version: 1, schema: payoutBody(status) }) as const),
  { type: 'webhook.digest', version: 1, schema: digestBody },
  { type: 'webhook.test', version: 1, schema: testBody },
];

/** `payout.settled.v1.json`, and its text. */
export function writeBodySchemas(): ReadonlyMap<string, string> {
  return new Map(
    BODY_SCHEMAS.map(({ type, version, schema }) => {
      const document = {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:northwind:webhook:${type}:v${version}`,
        title: `Webhook ${type} v${version}: body`,
        ...jsonSchemaOf(schema),
      };
      return [`${type}.v${version}.json`, `${JSON.stringify(document, null, 2)}\n`];
    }),
  );
}

function jsonSchemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      if (type === 'object') delete jsonSchema.additionalProperties;
      // zod bounds integers by 2^53; sums and offsets may pass it.
      if (type === 'number' && jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (type === 'number' && jsonSchema.minimum === -Number.MAX_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return rest;
}
