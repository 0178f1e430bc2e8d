/** Holds what intake has tallied as appended to a partition against its events: how many, and how much money. */
import { catalogue, isEventType } from '@northwind/events';
import type { EventRow } from './read-rows.ts';

export interface AppendedTally {
  readonly currency: string;
  /** As text: numerics are exact in it. */
  readonly messages: string;
  readonly amountMinor: string;
}

export interface TallyCheck {
  /** An event of the partition, with its data as read. */
  add(row: EventRow, data: object): void;
  /** In words, what differs; empty when nothing does. */
  compare(tallies: readonly AppendedTally[]): string[];
}

/** The tally of events that carry no money of their own. */
const NO_CURRENCY = 'XXX';

export function createTallyCheck(): TallyCheck {
  const counted = new Map<string, { messages: bigint; amountMinor: bigint }>();
  return {
    add(row, data) {
      const { currency, amountMinor } = moneyOf(row, data);
      const sum = counted.get(currency) ?? { messages: 0n, amountMinor: 0n };
      counted.set(currency, sum);
      sum.messages += 1n;
      sum.amountMinor += amountMinor;
    },
    compare(tallies) {
      const told = new Map(tallies.map((tally) => [tally.currency, `${tally.messages} of ${tally.amountMinor}`]));
      const read = new Map([...counted].map(([key, sum]) => [key, `${sum.messages} of ${sum.amountMinor}`]));
      const currencies = [...new Set([...told.keys(), ...read.keys()])].sort();
      return currencies
        .filter((currency) => told.get(currency) !== read.get(currency))
        .map((currency) => `intake has tallied ${say(told, currency)}, the events are ${say(read, currency)}`);
    },
  };
}

const say = (of: ReadonlyMap<string, string>, currency: string) => `${of.get(currency) ?? 'none'} ${currency}`;

function moneyOf({ type, version }: EventRow, data: object): { currency: string; amountMinor: bigint } {
  const { amount, currency } = data as { readonly amount?: unknown; readonly currency?: unknown };
  const carriesMoney = isEventType(type) && catalogue[type][version]?.carriesMoney === true;
  if (!carriesMoney || !Number.isSafeInteger(amount)) return { currency: NO_CURRENCY, amountMinor: 0n };
  return { currency: String(currency), amountMinor: BigInt(amount as number) };
}
