/** What a caller adds that has to see its own change: an event that the answer may not be without. */
import { z } from 'zod';
import { describe } from './registry.ts';

export const WAIT_MS_DEFAULT = 2_000;
/** Below what proxies and clients give a request. */
export const WAIT_MS_MAX = 10_000;

export const waitingQuery = {
  minOffset: describe(
    z
      .string()
      .regex(/^\d{1,5}:\d{1,18}$/, 'is <partition>:<offset>, as in 4:120033')
      .optional(),
    'The answer holds this event, `<partition>:<offset>`, or is the problem `not_applied_yet`.',
  ),
  waitMs: describe(
    z.coerce.number().int().min(0).max(WAIT_MS_MAX).optional(),
    `How long to wait for \`minOffset\`, in milliseconds; ${WAIT_MS_DEFAULT} when it is left out.`,
  ),
};

export type WaitingQuery = z.output<z.ZodObject<typeof waitingQuery>>;
