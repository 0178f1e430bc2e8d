import { stringify } from '@northwind/service-kit';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import { z } from 'zod';

/**
 * Checks an answer against its schema and writes it, money and offsets as exact integers. An answer that doesn't fit is
 * a bug of ours and becomes a 500: better than a field that nobody promised.
 */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  return (data) => stringify(z.encode(schema, data));
};
