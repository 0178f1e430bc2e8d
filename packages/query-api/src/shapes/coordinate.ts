/** The one coordinate, as answers carry it. */
import { z } from 'zod';
import { component, describe } from './registry.ts';

/** int8 on the wire: a JSON integer, exact, that may pass 2^53. */
const OFFSET_MAX = 2n ** 63n - 1n;

export const offsetSchema = z.bigint().min(-1n).max(OFFSET_MAX);

const partitionSchema = z.int().min(0).max(32_767);
const epochSchema = z.string().min(1).max(64);

export const coordinateSchema = component(
  'Coordinate',
  z.object({
    partition: partitionSchema,
    offset: describe(offsetSchema.clone(), 'Offset of the event that last touched this.'),
  }),
  'The place of an event in the log.',
);

export const asOfSchema = component(
  'AsOf',
  z.object({
    epoch: describe(epochSchema.clone(), 'The read model that answered; it changes when a rebuilt one takes over.'),
    partition: partitionSchema,
    offset: describe(offsetSchema.clone(), 'Offset of the last event that is in this answer; -1 before the first one.'),
  }),
  'What the answer is as of: everything up to this event of the merchant’s partition is in it, and nothing after.',
);

export type CoordinateJson = z.output<typeof coordinateSchema>;
export type AsOfJson = z.output<typeof asOfSchema>;
