import { z } from 'zod';
import { type CatalogueEntry, catalogue, dataschemaOf, envelope } from '../src/index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;
export type Dialect = 'draft-2020-12' | 'draft-7';

export const ENVELOPE_NAME = 'envelope.v1';

export const entries: readonly CatalogueEntry[] = Object.values(catalogue).flatMap((versions) =>
  Object.values(versions),
);

/** The name of a type's version among the schemas: `payment.captured.v1`. */
export function schemaName(entry: CatalogueEntry): string {
  return `${entry.type}.v${entry.version}`;
}

/** The JSON Schema of `data`, with the type's `dataschema` as its `$id`. */
export function dataSchema(entry: CatalogueEntry, dialect: Dialect): JsonObject {
  return {
    ...head(dialect, dataschemaOf(entry.type, entry.version)),
    title: `${entry.type} v${entry.version}: data`,
    description: `${entry.summary} The event’s subject is the ${entry.subject}. Further members are kept.`,
    ...body(entry.schema, dialect),
  };
}

/** The JSON Schema of the CloudEvents envelope around it. */
export function envelopeSchema(dialect: Dialect): JsonObject {
  return {
    ...head(dialect, 'urn:northwind:settlement:envelope:v1'),
    title: 'CloudEvents 1.0 envelope, structured JSON mode',
    description: 'Extension attributes are allowed and ignored, except traceparent.',
    ...body(envelope, dialect),
  };
}

/** Inside an AsyncAPI document a schema has neither `$schema` nor `$id`: the document's references are its own. */
function head(dialect: Dialect, id: string): JsonObject {
  return dialect === 'draft-7' ? {} : { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: id };
}

function body(schema: z.ZodType, dialect: Dialect): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: dialect, io: 'input', unrepresentable: 'any' });
  return rest;
}
