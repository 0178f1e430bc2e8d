import { useCallback, useEffect, useState } from 'react';
import type { Delivery } from '../wire/delivery.ts';
import type { PayoutWithTimeline } from '../wire/payout.ts';
import type { Answer, Failure } from '../wire/request-json.ts';
import { requestDeliveries, requestPayout } from '../wire/settlement-requests.ts';

/** Attempts are not on the stream; while some are still to come they are asked for this often. */
const DELIVERIES_EVERY_MS = 4_000;

export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: Value }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A failed renewal keeps what is on screen: an old timeline is worth more than none. */
function renew<Value>(before: Loaded<Value>, answer: Answer<Value>): Loaded<Value> {
  if (answer.ok) return { kind: 'ready', value: answer.value };
  return before.kind === 'ready' ? before : { kind: 'failed', failure: answer.failure };
}

/** Asks again whenever the stream says that the payout has moved, and when the reader asks for another try. */
export function usePayout(payoutId: string, touched: bigint | undefined, tries: number): Loaded<PayoutWithTimeline> {
  const [payout, setPayout] = useState<Loaded<PayoutWithTimeline>>({ kind: 'loading' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: touched and tries are what makes it ask again
  useEffect(() => {
    const call = new AbortController();
    void requestPayout(payoutId, call.signal).then((answer) => {
      if (!call.signal.aborted) setPayout((before) => renew(before, answer));
    });
    return () => call.abort();
  }, [payoutId, touched, tries]);
  return payout;
}

const isUnfinished = (deliveries: Loaded<readonly Delivery[]>): boolean =>
  deliveries.kind !== 'ready' || deliveries.value.some((delivery) => delivery.state === 'pending');

export interface Deliveries {
  readonly loaded: Loaded<readonly Delivery[]>;
  /** Asks for them anew, now. */
  refresh(): void;
}

export function useDeliveries(payoutId: string, touched: bigint | undefined, tries: number): Deliveries {
  const [deliveries, setDeliveries] = useState<Loaded<readonly Delivery[]>>({ kind: 'loading' });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: touched, tries and round are what makes it ask again
  useEffect(() => {
    const call = new AbortController();
    void requestDeliveries(payoutId, call.signal).then((answer) => {
      if (!call.signal.aborted) setDeliveries((before) => renew(before, answer));
    });
    return () => call.abort();
  }, [payoutId, touched, tries, round]);
  const unfinished = isUnfinished(deliveries);
  // One more look soon after each change finds the delivery that the change has just planned.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of touched starts the looking again
  useEffect(() => {
    const once = setTimeout(() => setRound((count) => count + 1), DELIVERIES_EVERY_MS);
    return () => clearTimeout(once);
  }, [touched]);
  useEffect(() => {
    if (!unfinished) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setRound((count) => count + 1);
    }, DELIVERIES_EVERY_MS);
    return () => clearInterval(timer);
  }, [unfinished]);
  const refresh = useCallback(() => setRound((count) => count + 1), []);
  return { loaded: deliveries, refresh };
}
