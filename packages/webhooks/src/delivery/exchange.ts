/**
 * One POST and what came of it. Each exchange is the HTTP client's own handler, called synchronously, so that a receipt
 * costs no stream: it keeps the answer's head and its first bytes, and sees which connection carries the request, when
 * the last byte of the request went and when the first of the answer came.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Instant } from '@northwind/events';
import type { Clock } from '@northwind/service-kit';
import type { Dispatcher } from 'undici';
import { type ConnectionPhases, takePhases } from '../egress/connection-phases.ts';
import { beginAnswer } from '../egress/read-in-pieces.ts';
import { INTERIM_ANSWERS_MAX, RESPONSE_BODY_BYTES_MAX } from '../limits.ts';
import type { Exchange as ExchangeRecord } from '../receipts/receipt.ts';
import type { AbortReason } from './deadline-watch.ts';

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Instead of the client's timeouts for headers and for a pause within the body. */
  readonly timeoutMs: number | null;
}

export interface Exchanger {
  /** Begins at once. */
  post(request: Post): Exchange;
  close(): void;
}

const SEND_HEADERS = 'undici:client:sendHeaders';

export function createExchanger(dispatcher: Dispatcher, clock: Clock): Exchanger {
  // The client starts a request and publishes its headers in one synchronous piece: what started last is what is sent.
  let starting: Exchange | null = null;
  const onStart = (exchange: Exchange) => {
    starting = exchange;
  };
  const onSendHeaders = (message: unknown) => {
    if (starting === null) return; // of another client
    starting.onSocket((message as { readonly socket: Socket }).socket);
    starting = null;
  };
  subscribe(SEND_HEADERS, onSendHeaders);

  return {
    post({ url, headers, body, timeoutMs }) {
      const exchange = new Exchange(clock, onStart);
      const { origin, pathname, search } = url;
      const path = `${pathname}${search}`;
      const timeouts = timeoutMs === null ? {} : { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
      dispatcher.dispatch({ origin, path, method: 'POST', headers, body, ...timeouts }, exchange);
      return exchange;
    },
    close: () => void unsubscribe(SEND_HEADERS, onSendHeaders),
  };
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export class InterimAnswersError extends Error {
  readonly code = 'INTERIM_ANSWERS_FLOOD';

  constructor() {
    super(`more than ${INTERIM_ANSWERS_MAX} interim answers`);
    this.name = 'InterimAnswersError';
  }
}

class AbortedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'AbortedError';
  }
}

export class Exchange implements Dispatcher.DispatchHandler {
  /** Resolves when nothing more comes of it: answered, failed or aborted. Never rejects. */
  readonly ended: Promise<void>;
  /** Null until the answer's head has come. */
  head: AnswerHead | null = null;
  /** The request began to go out. */
  started = false;
  abortedBy: AbortReason | null = null;
  error: unknown = null;

  readonly #clock: Clock;
  readonly #onStart: (exchange: Exchange) => void;
  readonly #end: () => void;
  readonly #beganAtMs: number;
  #isOver = false;
  #controller: Dispatcher.DispatchController | null = null;
  #interimAnswers = 0;
  #pieces: Buffer[] = [];
  #length = 0;
  #isWhole = false;
  #sentAtMs: number | null = null;
  #firstByteAtMs: number | null = null;
  #firstByteAt: Instant | null = null;
  /** Null for a connection that was there already. */
  #phases: ConnectionPhases | null = null;
  #address: string | null = null;

  constructor(clock: Clock, onStart: (exchange: Exchange) => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#clock = clock;
    this.#onStart = onStart;
    this.#beganAtMs = clock.monotonicMs();
  }

  abort(reason: AbortReason): void {
    if (this.#isOver) return;
    this.abortedBy = reason;
    this.#cutOff(reason);
  }

  /** Decoded by nobody yet: at most RESPONSE_BODY_BYTES_MAX, as they came. */
  get body(): { readonly bytes: Buffer; readonly truncated: boolean } {
    return { bytes: Buffer.concat(this.#pieces), truncated: !this.#isWhole };
  }

  /** Whole milliseconds of each phase. */
  get times(): Pick<ExchangeRecord, 'firstByteAt' | 'dnsMs' | 'connectMs' | 'tlsMs' | 'waitMs' | 'destinationIp'> {
    const { error } = this;
    const phases = this.#phases ?? (error instanceof Error && !this.started ? takePhases(error) : null);
    return {
      firstByteAt: this.#firstByteAt,
      dnsMs: wholeMs(phases?.dnsMs),
      connectMs: wholeMs(phases?.connectMs),
      tlsMs: wholeMs(phases?.tlsMs),
      // An answer may come before all of the request has gone.
      waitMs:
        this.#firstByteAtMs === null ? null : wholeMs(this.#firstByteAtMs - (this.#sentAtMs ?? this.#firstByteAtMs)),
      destinationIp: this.#address ?? phases?.address ?? null,
    };
  }

  onSocket(socket: Socket): void {
    beginAnswer(socket);
    const phases = takePhases(socket);
    // A connection that was opened for somebody who gave up meanwhile is, for this one, a connection kept alive.
    this.#phases = phases && phases.beganAtMs >= this.#beganAtMs ? phases : null;
    this.#address = socket.remoteAddress ?? null;
    this.started = true;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) {
      controller.abort(new AbortedError('aborted before it began'));
      return;
    }
    this.#controller = controller;
    this.#onStart(this);
  }

  onRequestSent(): void {
    this.#sentAtMs = this.#clock.monotonicMs();
  }

  onResponseStarted(): void {
    if (this.#firstByteAtMs !== null) return; // an interim answer came before
    this.#firstByteAtMs = this.#clock.monotonicMs();
    this.#firstByteAt = this.#clock.now();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status >= 200) {
      this.head = { status, headers };
      return;
    }
    this.#interimAnswers += 1;
    // Each is small and each restarts the client's timeouts.
    if (this.#interimAnswers > INTERIM_ANSWERS_MAX) throw new InterimAnswersError();
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#isOver) return;
    this.#pieces.push(piece.subarray(0, RESPONSE_BODY_BYTES_MAX - this.#length));
    this.#length += piece.length;
    if (this.#length > RESPONSE_BODY_BYTES_MAX) this.#cutOff('the rest is not read');
  }

  onResponseEnd(): void {
    this.#isWhole = !this.#isOver;
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    if (!this.#isOver) this.error = error;
    this.#finish();
  }

  /** With its connection: there may be an endless answer on it. */
  #cutOff(reason: string): void {
    this.#finish();
    this.#controller?.abort(new AbortedError(reason));
  }

  #finish(): void {
    this.#isOver = true;
    this.#end();
  }
}

function wholeMs(ms: number | null | undefined): number | null {
  return ms == null ? null : Math.max(0, Math.round(ms));
}
