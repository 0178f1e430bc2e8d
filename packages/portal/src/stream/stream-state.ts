import type { Cursor } from '../wire/coordinate.ts';
import type { StreamMessage } from '../wire/stream-message.ts';

export const STREAM_STATES = [
  'idle',
  'ticketing',
  'connecting',
  'subscribing',
  'live',
  'waiting',
  'signed_out',
] as const;
export type StreamStateKind = (typeof STREAM_STATES)[number];

export interface StreamState {
  readonly kind: StreamStateKind;
  /** Where to resume; null until the first answer. */
  readonly cursor: Cursor | null;
  /** Attempts that have failed since the stream was last live for long enough to count as well. */
  readonly failures: number;
  readonly liveSinceMs: number | null;
  readonly lostAtMs: number | null;
  readonly retryAtMs: number | null;
  readonly networkDown: boolean;
}

/** `atMs` and `chance` (0 ≤ chance < 1) enter with every event, so that the machine itself has no clock and no dice. */
interface Entered {
  readonly atMs: number;
  readonly chance: number;
}

interface EventFields {
  started: object;
  stopped: object;
  ticket_granted: { readonly ticket: string };
  ticket_refused: object;
  ticket_failed: object;
  socket_opened: object;
  /** snapshot, resumed, up_to_date or reset: the server says where this page stands. */
  answered: { readonly message: StreamMessage };
  changed: { readonly message: StreamMessage };
  unreadable: object;
  socket_closed: { readonly code: number };
  timer_fired: object;
  network_lost: object;
  network_found: object;
  woke: object;
  retry_asked: object;
}

export type StreamEventType = keyof EventFields;
export type StreamEventOf<Type extends StreamEventType> = { readonly type: Type } & EventFields[Type] & Entered;
export type StreamEvent = { [Type in StreamEventType]: StreamEventOf<Type> }[StreamEventType];

export type StreamEffect =
  | { readonly type: 'request_ticket' }
  | { readonly type: 'open_socket'; readonly ticket: string }
  | { readonly type: 'send_subscribe'; readonly cursor: Cursor | null }
  /** Drop the ticket request and the socket, whichever there is; nothing more is heard from either. */
  | { readonly type: 'hang_up' }
  | { readonly type: 'start_timer'; readonly delayMs: number }
  | { readonly type: 'stop_timer' }
  | { readonly type: 'deliver'; readonly message: StreamMessage };

export interface StreamStep {
  readonly state: StreamState;
  readonly effects: readonly StreamEffect[];
}

export const STREAM_IDLE: StreamState = {
  kind: 'idle',
  cursor: null,
  failures: 0,
  liveSinceMs: null,
  lostAtMs: null,
  retryAtMs: null,
  networkDown: false,
};

export type Connection =
  | { readonly kind: 'catching_up' }
  | { readonly kind: 'live' }
  | { readonly kind: 'offline'; readonly sinceMs: number; readonly retryAtMs: number | null };

/** One lost attempt is a blip that the next one usually mends; from the second on the page says that it is offline. */
const FAILURES_BEFORE_OFFLINE = 2;

export function connectionOf(state: StreamState): Connection {
  if (state.kind === 'live') return { kind: 'live' };
  const lost = state.networkDown || state.failures >= FAILURES_BEFORE_OFFLINE;
  if (!lost || state.lostAtMs === null || state.kind === 'subscribing') return { kind: 'catching_up' };
  return { kind: 'offline', sinceMs: state.lostAtMs, retryAtMs: state.retryAtMs };
}
