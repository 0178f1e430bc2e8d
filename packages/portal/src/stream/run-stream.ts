import type { Answer } from '../wire/request-json.ts';
import { readStreamMessage, type StreamMessage, subscribeMessage } from '../wire/stream-message.ts';
import { stepStream } from './step-stream.ts';
import { STREAM_IDLE, type StreamEffect, type StreamEvent, type StreamState } from './stream-state.ts';
import { watchMachine } from './watch-machine.ts';

export interface StreamEnvironment {
  readonly nowMs: () => number;
  readonly drawChance: () => number;
  readonly requestTicket: (signal: AbortSignal) => Promise<Answer<string>>;
  readonly openSocket: (ticket: string) => WebSocket;
  readonly onState: (state: StreamState) => void;
  readonly onMessage: (message: StreamMessage) => void;
}

export interface Stream {
  start(): void;
  stop(): void;
  retryNow(): void;
}

type Happening = StreamEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atMs' | 'chance'>
    : never
  : never;

function happeningOf(text: string): Happening {
  try {
    const message = readStreamMessage(text);
    return message.type === 'changes' ? { type: 'changed', message } : { type: 'answered', message };
  } catch {
    return { type: 'unreadable' };
  }
}

/** The thin shell: carries out what stepStream asks for, and tells it what happened. */
export function createStream(environment: StreamEnvironment): Stream {
  let state: StreamState = STREAM_IDLE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;
  let socket: WebSocket | undefined;
  let call = new AbortController();

  function happen(happening: Happening): void {
    const entered = { atMs: environment.nowMs(), chance: environment.drawChance() };
    const step = stepStream(state, { ...happening, ...entered } as StreamEvent);
    const moved = step.state !== state;
    state = step.state;
    for (const effect of step.effects) carryOut(effect);
    if (moved) environment.onState(state);
  }

  function carryOut(effect: StreamEffect): void {
    if (effect.type === 'request_ticket') void requestTicket(call.signal);
    else if (effect.type === 'open_socket') listenTo(environment.openSocket(effect.ticket), call.signal);
    else if (effect.type === 'send_subscribe') socket?.send(subscribeMessage(effect.cursor));
    else if (effect.type === 'hang_up') hangUp();
    else if (effect.type === 'deliver') environment.onMessage(effect.message);
    else {
      clearTimeout(timer);
      if (effect.type === 'start_timer') timer = setTimeout(() => happen({ type: 'timer_fired' }), effect.delayMs);
    }
  }

  async function requestTicket(signal: AbortSignal): Promise<void> {
    const answer = await environment.requestTicket(signal);
    if (signal.aborted) return;
    if (answer.ok) happen({ type: 'ticket_granted', ticket: answer.value });
    else happen({ type: answer.failure.kind === 'unauthorized' ? 'ticket_refused' : 'ticket_failed' });
  }

  function listenTo(opened: WebSocket, signal: AbortSignal): void {
    socket = opened;
    opened.addEventListener('open', () => happen({ type: 'socket_opened' }), { signal });
    opened.addEventListener('close', ({ code }) => happen({ type: 'socket_closed', code }), { signal });
    opened.addEventListener('message', ({ data }) => happen(happeningOf(String(data))), { signal });
  }

  function hangUp(): void {
    call.abort();
    call = new AbortController();
    socket?.close();
    socket = undefined;
  }

  return {
    start() {
      stopWatching ??= watchMachine(environment.nowMs, {
        onNetworkLost: () => happen({ type: 'network_lost' }),
        onNetworkFound: () => happen({ type: 'network_found' }),
        onWoke: () => happen({ type: 'woke' }),
      });
      happen({ type: 'started' });
    },
    stop() {
      stopWatching?.();
      stopWatching = undefined;
      happen({ type: 'stopped' });
    },
    retryNow: () => happen({ type: 'retry_asked' }),
  };
}
