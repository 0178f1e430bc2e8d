/**
 * Watches requests from inside the HTTP client, for receipts: which connection carries a request, when its last byte
 * went and when the answer's first byte came. It is a handler around the client's own and one diagnostics channel, both
 * called synchronously: nothing waits for it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Instant } from '@northwind/events';
import type { Clock } from '@northwind/service-kit';
import type { Dispatcher } from 'undici';
import { type ConnectionPhases, takePhases } from '../egress/connection-phases.ts';
import { INTERIM_ANSWERS_MAX } from '../limits.ts';
import type { Exchange } from '../receipts/receipt.ts';

/** What is known of one request so far; it is given to the client as the request's `opaque`. */
export interface Observation {
  readonly beganAtMs: number;
  sentAtMs: number | null;
  firstByteAtMs: number | null;
  firstByteAt: Instant | null;
  /** Null for a connection that was there already. */
  phases: ConnectionPhases | null;
  address: string | null;
  /** The request began to go out. */
  started: boolean;
}

export interface ExchangeObserver {
  readonly interceptor: Dispatcher.DispatcherComposeInterceptor;
  begin(): Observation;
  close(): void;
}

const SEND_HEADERS = 'undici:client:sendHeaders';

export class InterimAnswersError extends Error {
  readonly code = 'INTERIM_ANSWERS_FLOOD';

  constructor() {
    super(`more than ${INTERIM_ANSWERS_MAX} interim answers`);
    this.name = 'InterimAnswersError';
  }
}

export function createExchangeObserver(clock: Clock): ExchangeObserver {
  // The client starts a request and publishes its headers in one synchronous piece: what started last is what is sent.
  let starting: Observation | null = null;

  const onSendHeaders = (message: unknown) => {
    if (starting === null) return; // of another sender
    const { socket } = message as { readonly socket: Socket };
    const phases = takePhases(socket);
    // A connection that was opened for somebody who gave up meanwhile is, for this one, a connection kept alive.
    starting.phases = phases && phases.beganAtMs >= starting.beganAtMs ? phases : null;
    starting.address = socket.remoteAddress ?? null;
    starting.started = true;
    starting = null;
  };
  subscribe(SEND_HEADERS, onSendHeaders);

  return {
    begin: () => ({
      beganAtMs: clock.monotonicMs(),
      sentAtMs: null,
      firstByteAtMs: null,
      firstByteAt: null,
      phases: null,
      address: null,
      started: false,
    }),
    interceptor: (dispatch) => (options, handler) => {
      const observation = (options as { opaque?: Observation }).opaque;
      if (observation === undefined) return dispatch(options, handler);
      const onStart = () => {
        starting = observation;
      };
      return dispatch(options, new ObservedHandler(handler, { observation, clock, onStart }));
    },
    close: () => void unsubscribe(SEND_HEADERS, onSendHeaders),
  };
}

/** Whole milliseconds of each phase. `error`: what the request failed with, which may know of its connection. */
export function describeTimes(
  observation: Observation,
  error?: unknown,
): Pick<Exchange, 'firstByteAt' | 'dnsMs' | 'connectMs' | 'tlsMs' | 'waitMs' | 'destinationIp'> {
  const phases = observation.phases ?? (error instanceof Error && !observation.started ? takePhases(error) : null);
  const { sentAtMs, firstByteAtMs } = observation;
  return {
    firstByteAt: observation.firstByteAt,
    dnsMs: wholeMs(phases?.dnsMs),
    connectMs: wholeMs(phases?.connectMs),
    tlsMs: wholeMs(phases?.tlsMs),
    // An answer may come before all of the request has gone.
    waitMs: firstByteAtMs === null ? null : wholeMs(firstByteAtMs - (sentAtMs ?? firstByteAtMs)),
    destinationIp: observation.address ?? phases?.address ?? null,
  };
}

function wholeMs(ms: number | null | undefined): number | null {
  return ms == null ? null : Math.max(0, Math.round(ms));
}

interface Watching {
  readonly observation: Observation;
  readonly clock: Clock;
  readonly onStart: () => void;
}

class ObservedHandler implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #watching: Watching;
  #interimAnswers = 0;

  constructor(inner: Dispatcher.DispatchHandler, watching: Watching) {
    this.#inner = inner;
    this.#watching = watching;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#watching.onStart();
    this.#inner.onRequestStart?.(controller, context);
  }

  onRequestSent(): void {
    this.#watching.observation.sentAtMs = this.#watching.clock.monotonicMs();
  }

  onResponseStarted(): void {
    const { observation, clock } = this.#watching;
    if (observation.firstByteAtMs !== null) return; // an interim answer came before
    observation.firstByteAtMs = clock.monotonicMs();
    observation.firstByteAt = clock.now();
  }

  onResponseStart(...all: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    const [, status] = all;
    if (status < 200) {
      this.#interimAnswers += 1;
      // Each is small and each restarts the client's timeouts.
      if (this.#interimAnswers > INTERIM_ANSWERS_MAX) throw new InterimAnswersError();
    }
    this.#inner.onResponseStart?.(...all);
  }

  onResponseData(...all: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.#inner.onResponseData?.(...all);
  }

  onResponseEnd(...all: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#inner.onResponseEnd?.(...all);
  }

  onResponseError(...all: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.#inner.onResponseError?.(...all);
  }
}
