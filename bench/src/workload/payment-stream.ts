/**
 * The workload: captured payments of 500 merchants with skew, about 250 bytes of data each, in the order in which they
 * arrive. They happen 100 µs apart and arrive up to two seconds late, so that keys (which begin with the time) come in
 * nearly, not exactly, ascending. All of them are made before any clock runs.
 */
import { paymentCaptured, toJson } from '@northwind/events';
import { formatInstant } from '@northwind/service-kit';
import { seededUnits } from './seeded-units.ts';
import { skewedChoice } from './skewed-choice.ts';

export const MERCHANTS = 500;
const CURRENCIES = ['EUR', 'USD', 'GBP'] as const;
const METHODS = ['card', 'sepa_debit', 'ideal', 'bank_transfer'] as const;
const REFERENCE_CHARACTERS = 150;
const APART_MS = 0.1;
const LATE_MS_MAX = 2_000;
const FIRST_MS = Date.UTC(2026, 10, 22, 6);
const HOUR_MS = 3_600_000;

export interface Arrival {
  readonly messageId: string;
  /** The message's body. */
  readonly body: string;
}

/** Each seed gives other events, which happen an hour after those of the seed before. */
export function* paymentStream(count: number, seed = 1): Generator<Arrival> {
  const unit = seededUnits(seed);
  const firstMs = FIRST_MS + (seed - 1) * HOUR_MS;
  const chooseMerchant = skewedChoice(MERCHANTS);
  const hex = (characters: number) => {
    let text = '';
    while (text.length < characters)
      text += Math.floor(unit() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, characters);
  };
  for (let n = 0; n < count; n += 1) {
    const merchant = chooseMerchant(unit());
    const amount = 1_000 + Math.floor(unit() * 99_000);
    const event = paymentCaptured({
      paymentId: `pay_${seed}_${n}`,
      merchantId: merchantName(merchant),
      time: formatInstant(Math.floor(firstMs + n * APART_MS - unit() * LATE_MS_MAX)),
      amount,
      fee: Math.round(amount * 0.029),
      currency: CURRENCIES[merchant % CURRENCIES.length] ?? '',
      method: METHODS[amount % METHODS.length] ?? '',
      reference: hex(REFERENCE_CHARACTERS),
      traceparent: `00-${hex(32)}-${hex(16)}-01`,
    });
    const id = hex(32);
    const messageId = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
    yield { messageId, body: toJson(event) };
  }
}

export function merchantName(merchant: number): string {
  return `mer_${String(merchant + 1).padStart(4, '0')}`;
}
