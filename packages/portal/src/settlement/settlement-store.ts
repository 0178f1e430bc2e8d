import { createStream, type Stream } from '../stream/run-stream.ts';
import { type Connection, connectionOf, STREAM_IDLE } from '../stream/stream-state.ts';
import type { Answer } from '../wire/request-json.ts';
import type { BalancePage, PayoutPage } from '../wire/settlement-requests.ts';
import {
  dismissReset,
  foldBalances,
  foldMessage,
  foldOlder,
  NO_SETTLEMENT,
  pause,
  resume,
  type SettlementState,
  showWaiting,
} from './settlement-state.ts';

/** Figures that change more often than this can't be read; changes in between are folded and shown together. */
const PUBLISH_EVERY_MS = 200;
const PAGE_SIZE = 50;
/** Bounds one press of "show older" when the place to go on from has to be found again. */
const PAGES_PER_PRESS_MAX = 20;

export interface SettlementPage {
  readonly settlement: SettlementState;
  readonly connection: Connection;
  readonly openedAtMs: number;
  readonly loadingOlder: boolean;
  readonly olderFailed: boolean;
}

export interface SettlementEnvironment {
  readonly nowMs: () => number;
  readonly drawChance: () => number;
  readonly requestBalances: () => Promise<Answer<BalancePage>>;
  readonly requestPayouts: (limit: number, cursor: string | null) => Promise<Answer<PayoutPage>>;
  readonly requestTicket: (signal: AbortSignal) => Promise<Answer<string>>;
  readonly openSocket: (ticket: string) => WebSocket;
  readonly onSignedOut: () => void;
}

export interface SettlementStore {
  subscribe(listener: () => void): () => void;
  read(): SettlementPage;
  start(): void;
  stop(): void;
  retryNow(): void;
  pause(): void;
  resume(): void;
  showWaiting(): void;
  loadOlder(): Promise<void>;
  dismissReset(): void;
}

/** Publishes at once, then no more often than every PUBLISH_EVERY_MS; what the reader pressed doesn't wait. */
function createPublisher(publish: () => void) {
  let cooling = false;
  let again = false;
  function soon(): void {
    again = cooling;
    if (cooling) return;
    cooling = true;
    setTimeout(() => {
      cooling = false;
      if (again) soon();
    }, PUBLISH_EVERY_MS);
    publish();
  }
  return { soon, now: publish };
}

export function createSettlementStore(environment: SettlementEnvironment): SettlementStore {
  const listeners = new Set<() => void>();
  let page: SettlementPage = {
    settlement: NO_SETTLEMENT,
    connection: connectionOf(STREAM_IDLE),
    openedAtMs: environment.nowMs(),
    loadingOlder: false,
    olderFailed: false,
  };
  // The published page is held apart, so that React reads the same object until the next publication.
  let published = page;
  const publisher = createPublisher(() => {
    published = page;
    for (const listener of listeners) listener();
  });

  function change(part: Partial<SettlementPage>): void {
    page = { ...page, ...part };
    publisher.soon();
  }
  const settle = (settlement: SettlementState): void => change({ settlement });
  function press(fold: (settlement: SettlementState) => SettlementState): void {
    page = { ...page, settlement: fold(page.settlement) };
    publisher.now();
  }

  const stream: Stream = createStream({
    ...environment,
    onState(state) {
      if (state.kind === 'signed_out') environment.onSignedOut();
      change({ connection: connectionOf(state) });
    },
    onMessage: (message) => settle(foldMessage(page.settlement, message, environment.nowMs())),
  });

  /** HTTP answers before the socket is open, and also where a proxy lets no websocket through. */
  async function requestFirstPicture(): Promise<void> {
    const [balances, payouts] = await Promise.all([
      environment.requestBalances(),
      environment.requestPayouts(PAGE_SIZE, null),
    ]);
    if (balances.ok) {
      const { asOf, balances: rows } = balances.value;
      settle(foldBalances(page.settlement, { cursor: asOf, balances: rows }, environment.nowMs()));
    } else if (balances.failure.kind === 'unauthorized') environment.onSignedOut();
    if (payouts.ok) settle(foldOlder(page.settlement, payouts.value));
  }

  async function loadOlder(): Promise<void> {
    if (page.loadingOlder) return;
    change({ loadingOlder: true, olderFailed: false });
    const before = page.settlement.facts.listed.length;
    for (let pages = 0; pages < PAGES_PER_PRESS_MAX; pages += 1) {
      const { older, listed } = page.settlement.facts;
      if (older.kind === 'none' || listed.length > before) break;
      const answer = await environment.requestPayouts(PAGE_SIZE, older.kind === 'from' ? older.cursor : null);
      if (!answer.ok) {
        change({ olderFailed: true });
        break;
      }
      settle(foldOlder(page.settlement, answer.value));
    }
    change({ loadingOlder: false });
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => published,
    start() {
      stream.start();
      void requestFirstPicture();
    },
    stop: () => stream.stop(),
    retryNow: () => stream.retryNow(),
    pause: () => press(pause),
    resume: () => press(resume),
    showWaiting: () => press(showWaiting),
    loadOlder,
    dismissReset: () => press(dismissReset),
  };
}
