/** One balance of a merchant, as HTTP and the stream show it. */
import { z } from 'zod';
import { coordinateSchema } from './coordinate.ts';
import { currencySchema, exponentSchema, minorSchema } from './fields.ts';
import { component } from './registry.ts';

export const balanceSchema = component(
  'Balance',
  z.object({
    currency: currencySchema,
    exponent: exponentSchema,
    availableMinor: minorSchema,
    inTransitMinor: minorSchema,
    reservedMinor: minorSchema,
    grossMinor: minorSchema,
    feesMinor: minorSchema,
    refundsMinor: minorSchema,
    disputesMinor: minorSchema,
    adjustmentsMinor: minorSchema,
    paidOutMinor: minorSchema,
    asOf: coordinateSchema,
  }),
  'What a merchant has in one currency: available now, on its way to the bank, held for disputes, and lifetime sums.',
);

export type BalanceJson = z.output<typeof balanceSchema>;
