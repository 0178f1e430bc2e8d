/** OpenAPI 3.1 out of the routes' zod schemas. */

import type { SwaggerTransformObject } from '@fastify/swagger';
import swagger from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { shapeRegistry } from '../shapes/registry.ts';
import { SECURITY_SCHEMES } from '../shapes/security.ts';
import type { ApiApp } from './api-app.ts';

const DESCRIPTION = [
  'Balances and payouts of a merchant, as of an exact place in the event log.',
  'Money is in minor units. Money and offsets are exact JSON integers that may pass 2^53: parse them so.',
  'Every answer about money says what it is as of: read model, partition and the last event in it.',
  'Errors are RFC 9457 problem details.',
].join('\n\n');

type ZodToJsonConfig = NonNullable<NonNullable<Parameters<typeof createJsonSchemaTransform>[0]>['zodToJsonConfig']>;

const zodToJsonConfig: ZodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }) => {
    const { def } = zodSchema._zod;
    // JSON Schema knows no bigint: on the wire it is an integer like any other.
    if (def.type === 'bigint') Object.assign(jsonSchema, { type: 'integer', format: 'int64' });
    // Answers may grow: a client that refuses what it doesn't know would break by the next field. Requests are strict.
    if (def.type === 'object' && !(def as z.core.$ZodObjectDef).catchall) delete jsonSchema.additionalProperties;
  },
};

export async function describeApi(app: ApiApp): Promise<void> {
  const withComponents = createJsonSchemaTransformObject({ schemaRegistry: shapeRegistry, zodToJsonConfig });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Northwind Settlement Query API',
        version: '1.0.0',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'balances', description: 'Where the money is' },
        { name: 'payouts', description: 'What was or will be paid' },
        { name: 'stream', description: 'Changes as they happen' },
        { name: 'webhooks', description: 'Where we tell you' },
        { name: 'access', description: 'Keys and sessions' },
      ],
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: shapeRegistry, zodToJsonConfig }),
    transformObject: (document) => keepUsedComponents(withComponents(document)),
  });
}

/** Every shape is generated as it is read and as it is written; most are only one of the two. */
function keepUsedComponents(document: OpenApiDocument): OpenApiDocument {
  const { schemas = {} } = (document as { components?: { schemas?: Record<string, object> } }).components ?? {};
  const used = new Set<string>();
  const collect = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      collect(schemas[name] ?? null);
    }
  };
  collect({ ...document, components: null });
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { securitySchemes: SECURITY_SCHEMES, schemas: kept } } as OpenApiDocument;
}

type OpenApiDocument = ReturnType<SwaggerTransformObject>;
