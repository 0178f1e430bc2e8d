/**
 * Currencies that the events of a batch told of one subject, in their order. A payout's failure names no currency, and
 * its row may not be stored yet: then the currency is known from the initiation before it in the same batch alone.
 */
import type { FoldedEvent } from '../folding.ts';
import type { WorkingSet } from '../working-set/working-set.ts';

const toldIn = new WeakMap<WorkingSet, Map<string, Set<string>>>();

/** Those told of the event's subject so far, its own among them. */
export function toldCurrencies({ fact, merchantId, subject }: FoldedEvent, working: WorkingSet): ReadonlySet<string> {
  const bySubject = toldIn.get(working) ?? new Map<string, Set<string>>();
  toldIn.set(working, bySubject);
  const [kind] = fact.type.split('.');
  const key = `${kind} ${merchantId} ${subject}`;
  const told = bySubject.get(key) ?? new Set<string>();
  if ('currency' in fact) bySubject.set(key, told.add(fact.currency));
  return told;
}
