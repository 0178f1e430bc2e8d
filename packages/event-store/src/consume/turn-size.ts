/**
 * How many items a turn takes. A turn has to end within the limits of its statements and of its transaction (60 s and
 * 15 s of waiting); one that doesn't is rolled back, and at the same size it would fail for ever. So it is halved, and
 * doubles again when there is time for twice as much. A read that was cut off by its bytes makes the next one ask for
 * little more than fits: the server weighs all that it is asked for.
 */
import { isTransientDatabaseError } from '@northwind/service-kit';

export interface TurnSize {
  /** Items that the next turn may take, at least 1. */
  itemsMax(): number;
  /** A turn was committed. */
  succeeded(turn: { readonly items: number; readonly tookMs: number; readonly isCutByBytes: boolean }): void;
  /** A turn was rolled back. Tells whether the next one will be smaller. `items`: 0 when nothing was read. */
  failed(turn: { readonly items: number; readonly tookMs: number; readonly error: unknown }): boolean;
}

/** Twice as much then still takes less than the shorter of the two limits. */
const QUICK_MS = 5_000;
/**
 * A transaction that waited too long loses its connection; what the client then sees is a lost connection like any
 * other, but for the time that it took.
 */
const LONG_MS = 10_000;

const TOO_MUCH: ReadonlySet<unknown> = new Set([
  '25P03', // idle in transaction for too long
  '25P04', // the transaction took too long
  '53200', // out of memory
  '54000', // a limit of the program, such as the size of a message
  '57014', // cancelled: statement timeout
]);
const NO_ANSWER = 'Query read timeout';

export function createTurnSize(itemsMax: number): TurnSize {
  let size = itemsMax;
  return {
    itemsMax: () => size,
    succeeded({ items, tookMs, isCutByBytes }) {
      if (isCutByBytes) size = Math.max(1, Math.min(size, 2 * items));
      else if (tookMs < QUICK_MS) size = Math.min(itemsMax, 2 * size);
    },
    failed({ items, tookMs, error }) {
      if (!isTooMuch(error, tookMs)) return false;
      const before = size;
      size = Math.max(1, Math.floor((items > 0 ? Math.min(items, size) : size) / 2));
      return size < before;
    },
  };
}

function isTooMuch(error: unknown, tookMs: number): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (TOO_MUCH.has(code) || message === NO_ANSWER) return true;
  return tookMs >= LONG_MS && isTransientDatabaseError(error);
}
