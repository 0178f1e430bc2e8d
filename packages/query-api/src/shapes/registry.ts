/**
 * Names and descriptions for the OpenAPI document. A registry of this package's own, so that what other packages say
 * about their schemas doesn't leak into the published document.
 */
import { z } from 'zod';

interface ShapeMeta {
  [key: string]: unknown;
  /** Makes it a named component of the document. */
  id?: string;
  description?: string;
}

export const shapeRegistry = z.registry<ShapeMeta>();

export function describe<S extends z.ZodType>(schema: S, description: string): S {
  shapeRegistry.add(schema, { description });
  return schema;
}

export function component<S extends z.ZodType>(id: string, schema: S, description: string): S {
  shapeRegistry.add(schema, { id, description });
  return schema;
}
