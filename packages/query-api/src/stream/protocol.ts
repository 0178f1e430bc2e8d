/**
 * What travels on `GET /v1/stream`. Text frames of JSON; offsets and money are exact JSON integers that may pass 2^53.
 *
 * The client speaks once: `subscribe`, with the cursor it holds or null. The server answers with exactly one of
 *   `snapshot`    there was no cursor: the balances and the latest payouts
 *   `resumed`     everything that changed since the cursor
 *   `up_to_date`  nothing changed since the cursor
 *   `reset`       the cursor can't be continued, and why; what the client shows is replaced by what comes along
 * and from then on sends `changes`: rows as they are now, the last one wins. After any message the client holds that
 * message's cursor, and has seen every change up to it. `reset` may also come later, when the client reads too slowly
 * or another read model takes over.
 */
import { z } from 'zod';
import { balanceSchema } from '../shapes/balance.ts';
import { asOfSchema, offsetSchema } from '../shapes/coordinate.ts';
import { payoutSchema } from '../shapes/payout.ts';

/** Why the server closed the socket. */
export const CLOSE_CODES = {
  /** The server shuts down: connect again, to another node. */
  drain: 1012,
  /** The server can't serve this socket now: connect again later. */
  try_again_later: 1013,
  /** The client sent what the protocol doesn't know. */
  protocol_violation: 1008,
  /** The ticket is unknown, used or expired, or the session behind it ended: sign in and get a new one. */
  ticket_refused: 4401,
  /** No `subscribe` within ten seconds. */
  subscribe_timeout: 4408,
} as const;

export type CloseReason = keyof typeof CLOSE_CODES;

export const CLIENT_MESSAGE_BYTES_MAX = 4_096;

const cursorSchema = z.strictObject({
  epoch: asOfSchema.shape.epoch,
  partition: asOfSchema.shape.partition,
  offset: offsetSchema,
});

export const clientMessageSchema = z.strictObject({
  type: z.literal('subscribe'),
  cursor: cursorSchema.nullable(),
});

export const RESET_REASONS = ['epoch_changed', 'cursor_ahead', 'too_slow'] as const;

const rows = { cursor: cursorSchema, balances: z.array(balanceSchema), payouts: z.array(payoutSchema) };

export const serverMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), ...rows }),
  z.strictObject({ type: z.literal('resumed'), ...rows }),
  z.strictObject({ type: z.literal('up_to_date'), cursor: cursorSchema }),
  z.strictObject({ type: z.literal('reset'), reason: z.enum(RESET_REASONS), ...rows }),
  z.strictObject({ type: z.literal('changes'), ...rows }),
]);

export type Cursor = z.output<typeof cursorSchema>;
export type ClientMessage = z.output<typeof clientMessageSchema>;
export type ServerMessage = z.output<typeof serverMessageSchema>;
export type ResetReason = (typeof RESET_REASONS)[number];

/** The message, or null for whatever is not one. */
export function parseClientMessage(text: string): ClientMessage | null {
  const parsed = clientMessageSchema.safeParse(parseExactly(text));
  return parsed.success ? parsed.data : null;
}

/** A server's message with exact integers, for clients in TypeScript and for tests. Throws on anything else. */
export function parseServerMessage(text: string): ServerMessage {
  return serverMessageSchema.parse(parseExactly(text));
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

const INTEGER = /^-?\d{1,19}$/;

/** Offsets and money as bigint, read from the text itself, not from a number that has lost digits already. */
const revive: Reviver = (key, value, { source }) =>
  typeof value === 'number' && (key === 'offset' || key.endsWith('Minor')) && source && INTEGER.test(source)
    ? BigInt(source)
    : value;

function parseExactly(text: string): unknown {
  try {
    return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}
