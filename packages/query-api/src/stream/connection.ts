/**
 * One socket, from its ticket to its end. What happens in which state is the table in transitions.ts (in words:
 * SPEC.md); this file is what the actions do. Nothing is buffered for a client beyond what its socket holds, and that
 * is bounded.
 */
import type { Clock } from '@northwind/service-kit';
import type { MerchantChanges, StreamBus, StreamEvent } from './bus.ts';
import { keepAlive } from './keep-alive.ts';
import { CLOSE_CODES, type CloseReason, type Cursor, parseClientMessage, type ServerMessage } from './protocol.ts';
import type { ReadAnswer, Want } from './read-answer.ts';
import { type Action, type Input, type State, transition } from './transitions.ts';
import { writeMessage } from './write-message.ts';

/** What a connection needs of its websocket. */
export interface StreamSocket {
  readonly bufferedAmount: number;
  /** `sent` is called when the message has left this process, or never will. */
  send(text: string, sent: () => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface ConnectionOptions {
  readonly socket: StreamSocket;
  readonly merchantId: string;
  readonly bus: StreamBus;
  /** Resolves when what the bus leaves out from now on is certain to be in an answer read from now on. */
  readonly settled: () => Promise<void>;
  readonly readAnswer: ReadAnswer;
  readonly clock: Clock;
  readonly onSent?: (message: ServerMessage['type']) => void;
  /** Too much is waiting in its socket. */
  readonly onStalled?: () => void;
  readonly onReadFailed?: (error: unknown) => void;
  /** Called once, with what ended it. */
  readonly onClosed: (input: Input) => void;
}

export interface Connection {
  readonly merchantId: string;
  state(): State;
  /** A message of the client; null for a binary one. */
  message(text: string | null): void;
  pong(): void;
  end(input: 'session_ended' | 'refused' | 'drain' | 'gone'): void;
}

/** More than this in the socket's buffer and the client is reset instead of being sent more. */
export const BUFFERED_BYTES_MAX = 1_048_576;
/** Little enough left that the client is evidently reading again. */
const BUFFERED_BYTES_DRAINED = 65_536;
/** What may come by while the answer is read. More is dropped and read again. */
const HELD_EVENTS_MAX = 64;
export const SUBSCRIBE_TIMEOUT_MS = 10_000;

export function createConnection(options: ConnectionOptions): Connection {
  const connection = new SocketConnection(options);
  connection.open();
  return connection;
}

class SocketConnection implements Connection {
  readonly merchantId: string;
  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  #state: State = 'waiting';
  #answered = () => {};
  /** What the client has seen; null before the first answer. */
  #cursor: Cursor | null = null;
  #held: StreamEvent[] = [];
  #heldTooMany = false;

  constructor(options: ConnectionOptions) {
    this.merchantId = options.merchantId;
    this.#options = options;
  }

  open(): void {
    const { socket, clock } = this.#options;
    const { signal } = this.#ended;
    const alive = keepAlive({ socket, clock, signal, onSilence: () => this.#dispatch('pong_timeout') });
    this.#answered = alive.pong;
    clock.sleep(SUBSCRIBE_TIMEOUT_MS, signal).then(
      () => this.#dispatch('subscribe_timeout'),
      () => undefined,
    );
  }

  state(): State {
    return this.#state;
  }

  message(text: string | null): void {
    const message = text === null ? null : parseClientMessage(text);
    if (message) this.#dispatch('subscribe', message.cursor);
    else this.#dispatch('bad_message');
  }

  pong(): void {
    this.#answered();
  }

  end(input: 'session_ended' | 'refused' | 'drain' | 'gone'): void {
    this.#dispatch(input);
  }

  #dispatch(input: Input, subject?: Subject): void {
    const { to, action } = transition(this.#state, input);
    this.#state = to;
    this.#act(action, input, subject);
  }

  #act(action: Action, input: Input, subject: Subject): void {
    switch (action) {
      case 'ignore':
        break;
      case 'wait_until_drained':
        this.#options.onStalled?.();
        break;
      case 'answer_cursor':
        this.#options.bus.subscribe(this.merchantId, this.#onEvent);
        this.#read(subject ? { kind: 'resume', cursor: subject as Cursor } : { kind: 'snapshot' });
        break;
      case 'hold':
        this.#hold(subject as StreamEvent);
        break;
      case 'go_live':
        this.#goLive(subject as ServerMessage);
        break;
      case 'send':
        this.#sendChanges(subject as MerchantChanges);
        break;
      case 'catch_up':
        this.#read({ kind: 'catch_up', cursor: this.#seen() });
        break;
      case 'reset_epoch_changed':
        this.#read({ kind: 'reset', reason: 'epoch_changed' });
        break;
      case 'reset_too_slow':
        this.#read({ kind: 'reset', reason: 'too_slow' });
        break;
      case 'terminate':
        this.#options.socket.terminate();
        this.#close(input);
        break;
      case 'forget':
        this.#close(input);
        break;
      default:
        this.#closeWith(CLOSE_OF_ACTION[action], input);
    }
  }

  readonly #onEvent = (event: StreamEvent): void => {
    if (this.#state === 'reading') this.#dispatch('changes', event);
    else if (event.kind === 'overrun') this.#dispatch('overrun');
    else if (epochOf(event) !== this.#seen().epoch) this.#dispatch('epoch_changed');
    // An answer read a moment ago may hold the change already.
    else if (event.kind === 'changes' && event.cursor.offset > this.#seen().offset) this.#dispatch('changes', event);
  };

  #seen(): Cursor {
    if (!this.#cursor) throw new Error('a socket that has not been answered has no cursor');
    return this.#cursor;
  }

  #read(want: Want): void {
    const { settled, readAnswer, onReadFailed } = this.#options;
    this.#held = [];
    this.#heldTooMany = false;
    settled()
      .then(() => readAnswer(this.merchantId, want))
      .then(
        (message) => this.#dispatch('read', message),
        (error: unknown) => {
          onReadFailed?.(error);
          this.#dispatch('read_failed');
        },
      );
  }

  #hold(event: StreamEvent): void {
    if (this.#held.length < HELD_EVENTS_MAX) this.#held.push(event);
    else this.#heldTooMany = true;
  }

  #goLive(answer: ServerMessage): void {
    this.#cursor = answer.cursor;
    this.#send(writeMessage(answer), answer.type);
    this.#checkBuffer();
    const held = this.#held;
    this.#held = [];
    if (this.#heldTooMany) this.#dispatch('overrun');
    else for (const event of held) this.#onEvent(event);
  }

  #sendChanges(changes: MerchantChanges): void {
    const seen = this.#seen().offset;
    this.#send(seen <= changes.fromOffset ? changes.text() : writeRowsAfter(seen, changes), 'changes');
    this.#cursor = changes.cursor;
    this.#checkBuffer();
  }

  #send(text: string, type: ServerMessage['type']): void {
    const { socket, onSent } = this.#options;
    socket.send(text, () => {
      const isDrained = socket.bufferedAmount <= BUFFERED_BYTES_DRAINED;
      if (this.#state === 'stalled' && isDrained) this.#dispatch('buffer_drained');
    });
    onSent?.(type);
  }

  #checkBuffer(): void {
    if (this.#options.socket.bufferedAmount > BUFFERED_BYTES_MAX) this.#dispatch('buffer_full');
  }

  #closeWith(reason: CloseReason, input: Input): void {
    this.#options.socket.close(CLOSE_CODES[reason], reason);
    this.#close(input);
  }

  #close(input: Input): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#options.bus.unsubscribe(this.merchantId, this.#onEvent);
    this.#held = [];
    this.#options.onClosed(input);
  }
}

/** What an input is about: the cursor of a subscription, an event of the bus, an answer that was read. */
type Subject = Cursor | StreamEvent | ServerMessage | null | undefined;

function epochOf(event: Exclude<StreamEvent, { readonly kind: 'overrun' }>): string {
  return event.kind === 'epoch_changed' ? event.epoch : event.cursor.epoch;
}

function writeRowsAfter(seen: bigint, { cursor, balances, payouts }: MerchantChanges): string {
  const isNew = (row: { readonly asOf: { readonly offset: bigint } }) => row.asOf.offset > seen;
  const rows = { balances: balances.filter(isNew), payouts: payouts.filter(isNew) };
  return writeMessage({ type: 'changes', cursor, ...rows });
}

const CLOSE_OF_ACTION = {
  close_protocol_violation: 'protocol_violation',
  close_subscribe_timeout: 'subscribe_timeout',
  close_try_again_later: 'try_again_later',
  close_ticket_refused: 'ticket_refused',
  close_drain: 'drain',
} as const satisfies Partial<Record<Action, CloseReason>>;
