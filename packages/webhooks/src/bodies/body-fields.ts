/** What several bodies have in common. JSON's view: an amount is an integer here, though it may pass 2^53. */
import { z } from 'zod';

const ID_LENGTH_MAX = 128;
const REASON_LENGTH_MAX = 1_000;
/** `2026-11-22T06:00:00.000000+00:00`, the longest that is admitted. */
const ARRIVAL_LENGTH_MAX = 32;
const CURRENCY = /^[A-Z]{3}$/;
const REASON_CODE = /^[A-Z0-9]{1,4}$/;

export const id = (description: string) => z.string().min(1).max(ID_LENGTH_MAX).meta({ description });

export const merchantId = id('Whose payout it is: yours.');

export const instant = (description: string) => z.iso.datetime({ precision: 6 }).meta({ description });

export const timestamp = instant('When it happened, UTC with six fraction digits; in a digest, when the day ended.');

export const endpointId = z
  .string()
  .regex(/^we_[0-9a-f]{32}$/)
  .meta({ description: 'The endpoint that it was sent to.' });

export const amountMinor = z
  .int()
  .meta({ description: 'Minor units of the currency: 12345 is 123.45 EUR, or 12345 JPY.' });

export const currency = z.string().regex(CURRENCY).meta({ description: 'ISO 4217 code.' });

export const method = z.enum(['instant', 'standard']).meta({ description: 'How fast the money travels.' });

export const expectedArrival = z
  .string()
  .max(ARRIVAL_LENGTH_MAX)
  .meta({ description: 'When the money should arrive: a date or a timestamp, as the rail told it.' });

export const reasonCode = z
  .string()
  .regex(REASON_CODE)
  .meta({ description: 'ISO 20022 code of why it failed or came back, for example AC04.' });

export const reason = z.string().max(REASON_LENGTH_MAX).meta({ description: 'What the rail said, in words.' });

export const partition = z.int().min(0).max(32_767).meta({
  description: 'With `offset`, the place in our log of the event that caused this. All of a merchant’s are in one.',
});

export const offset = z.int().min(0).meta({ description: 'Grows from event to event of a merchant, with gaps.' });

export const sequence = z.int().min(1).meta({
  description: 'How many times the status has changed, this one included: the larger one is the later state.',
});
