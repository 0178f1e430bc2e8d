import { createStream } from '../stream/run-stream.ts';
import { type Connection, connectionOf, STREAM_IDLE } from '../stream/stream-state.ts';
import type { Answer } from '../wire/request-json.ts';
import type { BalancePage, PayoutPage } from '../wire/settlement-requests.ts';
import { holdPage, type PageHolder } from './hold-page.ts';
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

const PAGE_SIZE = 50;
/** Bounds one press of "show older" when the place to go on from has to be found again. */
const PAGES_PER_PRESS_MAX = 20;

export interface SettlementPage {
  readonly settlement: SettlementState;
  readonly connection: Connection;
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

type Holder = PageHolder<SettlementPage>;

const settle = (holder: Holder, settlement: SettlementState): void => holder.change({ settlement });

/** HTTP answers before the socket is open, and also where a proxy lets no websocket through. */
async function requestFirstPicture(holder: Holder, environment: SettlementEnvironment): Promise<void> {
  const { nowMs, onSignedOut } = environment;
  const [balances, payouts] = await Promise.all([
    environment.requestBalances(),
    environment.requestPayouts(PAGE_SIZE, null),
  ]);
  if (balances.ok) {
    const { asOf, balances: rows } = balances.value;
    settle(holder, foldBalances(holder.current().settlement, { cursor: asOf, balances: rows }, nowMs()));
  } else if (balances.failure.kind === 'unauthorized') onSignedOut();
  if (payouts.ok) settle(holder, foldOlder(holder.current().settlement, payouts.value));
}

async function loadOlder(holder: Holder, environment: SettlementEnvironment): Promise<void> {
  if (holder.current().loadingOlder) return;
  holder.change({ loadingOlder: true, olderFailed: false });
  const before = holder.current().settlement.facts.listed.length;
  for (let pages = 0; pages < PAGES_PER_PRESS_MAX; pages += 1) {
    const { older, listed } = holder.current().settlement.facts;
    if (older.kind === 'none' || listed.length > before) break;
    const answer = await environment.requestPayouts(PAGE_SIZE, older.kind === 'from' ? older.cursor : null);
    if (!answer.ok) {
      holder.change({ olderFailed: true });
      break;
    }
    settle(holder, foldOlder(holder.current().settlement, answer.value));
  }
  holder.change({ loadingOlder: false });
}

export function createSettlementStore(environment: SettlementEnvironment): SettlementStore {
  const holder = holdPage<SettlementPage>({
    settlement: NO_SETTLEMENT,
    connection: connectionOf(STREAM_IDLE),
    loadingOlder: false,
    olderFailed: false,
  });
  const press = (fold: (settlement: SettlementState) => SettlementState): void =>
    holder.changeNow({ settlement: fold(holder.current().settlement) });
  const stream = createStream({
    ...environment,
    onState(state) {
      if (state.kind === 'signed_out') environment.onSignedOut();
      holder.change({ connection: connectionOf(state) });
    },
    onMessage(message) {
      settle(holder, foldMessage(holder.current().settlement, message, environment.nowMs()));
    },
  });
  return {
    subscribe: holder.subscribe,
    read: holder.published,
    start() {
      stream.start();
      void requestFirstPicture(holder, environment);
    },
    stop: () => stream.stop(),
    retryNow: () => stream.retryNow(),
    pause: () => press(pause),
    resume: () => press(resume),
    showWaiting: () => press(showWaiting),
    loadOlder: () => loadOlder(holder, environment),
    dismissReset: () => press(dismissReset),
  };
}
