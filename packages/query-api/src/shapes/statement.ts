/** A merchant's day in one currency. */
import { z } from 'zod';
import { coordinateSchema } from './coordinate.ts';
import { currencySchema, exponentSchema, minorSchema } from './fields.ts';
import { component, describe } from './registry.ts';

export const statementSchema = component(
  'Statement',
  z.object({
    day: describe(z.string(), 'In UTC, by the log’s clock: `2026-11-21`.'),
    currency: currencySchema,
    exponent: exponentSchema,
    openingMinor: describe(minorSchema.clone(), 'Available when the day began: the closing of the day before.'),
    grossMinor: describe(minorSchema.clone(), 'Captured, before fees.'),
    feesMinor: describe(minorSchema.clone(), 'Fees, less fees given back.'),
    refundsMinor: minorSchema,
    heldMinor: describe(minorSchema.clone(), 'Held back for open disputes, less what was released.'),
    disputesMinor: describe(minorSchema.clone(), 'Taken by lost disputes.'),
    adjustmentsMinor: describe(minorSchema.clone(), 'Corrections, signed.'),
    payoutsMinor: describe(minorSchema.clone(), 'Handed to the bank or paid out, less what came back.'),
    closingMinor: describe(
      minorSchema.clone(),
      'Opening + gross − fees − refunds − held − disputes + adjustments − payouts.',
    ),
    events: describe(z.int(), 'How many events moved it.'),
    firstOffset: describe(z.bigint(), 'The first of them.'),
    asOf: coordinateSchema,
  }),
  'What was available when a day began, what moved it, and what was available when it ended.',
);

export type StatementJson = z.output<typeof statementSchema>;
