import type { Random } from './seeded-random.ts';

/** A merchant of the simulated platform. Amounts are minor units of its currency. */
export interface Merchant {
  readonly merchantId: string;
  readonly currency: string;
  /** Some sell in a second currency too. */
  readonly secondCurrency: string | null;
  /** What a customer typically pays. */
  readonly ticketMinor: number;
  readonly feeBasisPoints: number;
  /** Where payouts go, masked. */
  readonly destination: string;
}

export interface Merchants {
  readonly all: readonly Merchant[];
  /** One of them, the busy ones more often. */
  pick(random: Random): Merchant;
}

// Share of merchants, typical ticket in minor units. JPY has no minor unit and BHD has three digits, so that nobody
// gets away with assuming two.
const CURRENCIES: readonly { readonly currency: string; readonly share: number; readonly ticketMinor: number }[] = [
  { currency: 'EUR', share: 0.6, ticketMinor: 4_500 },
  { currency: 'GBP', share: 0.18, ticketMinor: 3_900 },
  { currency: 'USD', share: 0.14, ticketMinor: 4_900 },
  { currency: 'JPY', share: 0.05, ticketMinor: 6_800 },
  { currency: 'BHD', share: 0.03, ticketMinor: 18_500 },
];
const BANKS: Readonly<Record<string, string>> = { EUR: 'DE', GBP: 'GB', USD: 'US', JPY: 'JP', BHD: 'BH' };
const SECOND_CURRENCY_SHARE = 0.06;
// Zipf's law with an exponent a little below one: the first of 500 merchants makes about every tenth payment.
const SKEW = 0.9;

/** Merchants mer_001, mer_002, … from the busiest down. */
export function createMerchants(random: Random, count: number): Merchants {
  const all = Array.from({ length: count }, (_, index) => createMerchant(random, index + 1));
  const sums: number[] = [];
  all.reduce((sum, _, index) => {
    const next = sum + 1 / (index + 1) ** SKEW;
    sums.push(next);
    return next;
  }, 0);
  const total = sums.at(-1) ?? 0;
  const pick = (chance: Random) => {
    const point = chance.unit() * total;
    const merchant = all[sums.findIndex((sum) => sum > point)];
    if (merchant === undefined) throw new Error('there are no merchants to pick from');
    return merchant;
  };
  return { all, pick };
}

function createMerchant(random: Random, number: number): Merchant {
  const { currency, ticketMinor } = pickCurrency(random.unit());
  const second = random.chance(SECOND_CURRENCY_SHARE) ? pickCurrency(random.unit()).currency : currency;
  const account = String(random.integer(0, 9_999)).padStart(4, '0');
  return {
    merchantId: `mer_${String(number).padStart(3, '0')}`,
    currency,
    secondCurrency: second === currency ? null : second,
    ticketMinor: Math.round(ticketMinor * Math.exp(random.normal() * 0.6)),
    feeBasisPoints: random.integer(90, 290),
    destination: `${BANKS[currency] ?? 'XX'}•• •••• •••• ${account}`,
  };
}

function pickCurrency(point: number): (typeof CURRENCIES)[number] {
  let sum = 0;
  for (const each of CURRENCIES) {
    sum += each.share;
    if (point < sum) return each;
  }
  return CURRENCIES[0] as (typeof CURRENCIES)[number];
}
