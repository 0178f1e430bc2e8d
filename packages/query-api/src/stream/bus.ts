/** What the tail finds, on its way to the sockets of this process. One event name per merchant. */
import { EventEmitter } from 'eventemitter3';
import type { BalanceJson } from '../shapes/balance.ts';
import type { PayoutJson } from '../shapes/payout.ts';
import type { Cursor } from './protocol.ts';

/** Rows of one merchant that changed in `(fromOffset, cursor.offset]`. Shared between sockets: never changed. */
export interface MerchantChanges {
  readonly kind: 'changes';
  readonly fromOffset: bigint;
  readonly cursor: Cursor;
  readonly balances: readonly BalanceJson[];
  readonly payouts: readonly PayoutJson[];
  /** The message for a socket that has seen nothing of it yet; written once, whatever the number of sockets. */
  readonly text: () => string;
}

export type StreamEvent =
  | MerchantChanges
  /** More rows changed than one tick hands on: each socket reads for itself. */
  | { readonly kind: 'overrun' }
  /** Another read model has taken over. */
  | { readonly kind: 'epoch_changed'; readonly epoch: string };

export type StreamListener = (event: StreamEvent) => void;

export interface StreamBus {
  publish(merchantId: string, event: StreamEvent): void;
  subscribe(merchantId: string, listener: StreamListener): void;
  unsubscribe(merchantId: string, listener: StreamListener): void;
  /** Merchants with at least one socket on this node. */
  merchants(): string[];
}

export function createStreamBus(): StreamBus {
  const emitter = new EventEmitter<Record<string, [StreamEvent]>>();
  return {
    publish: (merchantId, event) => void emitter.emit(merchantId, event),
    subscribe: (merchantId, listener) => void emitter.on(merchantId, listener),
    unsubscribe: (merchantId, listener) => void emitter.off(merchantId, listener),
    merchants: () => emitter.eventNames() as string[],
  };
}
