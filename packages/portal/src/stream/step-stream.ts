import type {
  StreamEffect,
  StreamEvent,
  StreamEventOf,
  StreamEventType,
  StreamState,
  StreamStateKind,
  StreamStep,
} from './stream-state.ts';

// The stream client as a total table: every state answers every event, and SPEC.md shows the same table to read.
// Nothing here touches a socket, a timer, a clock or dice; run-stream.ts carries out the effects.

/** Ticket, socket and first answer each get this long; a half-open connection must not look like "catching up". */
export const DEADLINE_MS = 10_000;
export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 30_000;
/** A server that drains for a deploy asks everybody to come back; spread over this long they don't come at once. */
export const DRAIN_SPREAD_MS = 2_000;
const CLOSE_DRAINING = 1012;
/** A connection that lived shorter than this didn't work, so its loss goes on counting up the backoff. */
const STABLE_MS = 10_000;

type Handler<Type extends StreamEventType> = (state: StreamState, event: StreamEventOf<Type>) => StreamStep;
type Row = { readonly [Type in StreamEventType]: Handler<Type> };

const stay = (state: StreamState): StreamStep => ({ state, effects: [] });

/** Full jitter: anywhere up to the exponential bound, so that browsers lost together don't return together. */
export function backoffMs(failures: number, chance: number): number {
  const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 30));
  return Math.floor(bound * chance);
}

function askForTicket(state: StreamState): StreamStep {
  return {
    state: { ...state, kind: 'ticketing', retryAtMs: null },
    effects: [{ type: 'hang_up' }, { type: 'start_timer', delayMs: DEADLINE_MS }, { type: 'request_ticket' }],
  };
}

function wait(state: StreamState, atMs: number, delayMs: number): StreamStep {
  return {
    state: {
      ...state,
      kind: 'waiting',
      liveSinceMs: null,
      lostAtMs: state.lostAtMs ?? atMs,
      retryAtMs: atMs + delayMs,
    },
    effects: [{ type: 'hang_up' }, { type: 'start_timer', delayMs }],
  };
}

function lose(state: StreamState, event: StreamEvent): StreamStep {
  const stable = state.liveSinceMs !== null && event.atMs - state.liveSinceMs >= STABLE_MS;
  const failures = (stable ? 0 : state.failures) + 1;
  return wait({ ...state, failures }, event.atMs, backoffMs(failures - 1, event.chance));
}

function loseSocket(state: StreamState, event: StreamEventOf<'socket_closed'>): StreamStep {
  if (event.code !== CLOSE_DRAINING) return lose(state, event);
  return wait(state, event.atMs, Math.floor(DRAIN_SPREAD_MS * event.chance));
}

function loseNetwork(state: StreamState, event: StreamEvent): StreamStep {
  return lose({ ...state, networkDown: true }, event);
}

function findNetwork(state: StreamState): StreamStep {
  return stay({ ...state, networkDown: false });
}

function signOut(state: StreamState): StreamStep {
  return {
    state: { ...state, kind: 'signed_out', retryAtMs: null },
    effects: [{ type: 'hang_up' }, { type: 'stop_timer' }],
  };
}

function stop(state: StreamState): StreamStep {
  return {
    state: { ...state, kind: 'idle', failures: 0, liveSinceMs: null, lostAtMs: null, retryAtMs: null },
    effects: [{ type: 'hang_up' }, { type: 'stop_timer' }],
  };
}

const openSocket: Handler<'ticket_granted'> = (state, { ticket }) => ({
  state: { ...state, kind: 'connecting' },
  effects: [
    { type: 'start_timer', delayMs: DEADLINE_MS },
    { type: 'open_socket', ticket },
  ],
});

const subscribe: Handler<'socket_opened'> = (state) => ({
  state: { ...state, kind: 'subscribing' },
  effects: [
    { type: 'start_timer', delayMs: DEADLINE_MS },
    { type: 'send_subscribe', cursor: state.cursor },
  ],
});

const goLive: Handler<'answered'> = (state, { message, atMs }) => ({
  state: {
    ...state,
    kind: 'live',
    cursor: message.cursor,
    liveSinceMs: atMs,
    lostAtMs: null,
    retryAtMs: null,
    networkDown: false,
  },
  effects: [{ type: 'stop_timer' }, { type: 'deliver', message }],
});

function deliver(state: StreamState, event: StreamEventOf<'answered'> | StreamEventOf<'changed'>): StreamStep {
  const effects: readonly StreamEffect[] = [{ type: 'deliver', message: event.message }];
  return { state: { ...state, cursor: event.message.cursor }, effects };
}

const ignoreAll: Row = {
  started: stay,
  stopped: stop,
  ticket_granted: stay,
  ticket_refused: stay,
  ticket_failed: stay,
  socket_opened: stay,
  answered: stay,
  changed: stay,
  unreadable: stay,
  socket_closed: stay,
  timer_fired: stay,
  network_lost: stay,
  network_found: findNetwork,
  woke: stay,
  retry_asked: stay,
};

const table: { readonly [Kind in StreamStateKind]: Row } = {
  idle: { ...ignoreAll, started: askForTicket, stopped: stay },
  ticketing: {
    ...ignoreAll,
    ticket_granted: openSocket,
    ticket_refused: signOut,
    ticket_failed: lose,
    timer_fired: lose,
    network_lost: loseNetwork,
  },
  connecting: {
    ...ignoreAll,
    socket_opened: subscribe,
    unreadable: lose,
    socket_closed: loseSocket,
    timer_fired: lose,
    network_lost: loseNetwork,
  },
  subscribing: {
    ...ignoreAll,
    answered: goLive,
    // Changes before an answer don't prove that the gap since the cursor is closed.
    changed: lose,
    unreadable: lose,
    socket_closed: loseSocket,
    timer_fired: lose,
    network_lost: loseNetwork,
  },
  live: {
    ...ignoreAll,
    answered: deliver,
    changed: deliver,
    unreadable: lose,
    socket_closed: loseSocket,
    network_lost: loseNetwork,
    // After a sleep the socket may be dead without knowing; resuming from the cursor costs one small answer.
    woke: askForTicket,
  },
  waiting: {
    ...ignoreAll,
    timer_fired: askForTicket,
    network_lost: (state) => stay({ ...state, networkDown: true }),
    network_found: (state) => askForTicket({ ...state, networkDown: false }),
    woke: askForTicket,
    retry_asked: askForTicket,
  },
  signed_out: { ...ignoreAll, started: askForTicket },
};

export function stepStream(state: StreamState, event: StreamEvent): StreamStep {
  // The table is keyed by the event's own type, which the compiler can't follow through an index.
  const handle = table[state.kind][event.type] as Handler<StreamEventType>;
  return handle(state, event);
}
