import { currencyExponent } from '@northwind/events';
import type { Balance } from '@northwind/projector';
import type { BalanceJson } from './balance.ts';

/** A balance of the read model as the API shows it. */
export function describeBalance(balance: Balance): BalanceJson {
  return {
    currency: balance.currency,
    exponent: currencyExponent(balance.currency),
    availableMinor: balance.availableMinor,
    inTransitMinor: balance.inTransitMinor,
    reservedMinor: balance.reservedMinor,
    grossMinor: balance.grossMinor,
    feesMinor: balance.feesMinor,
    refundsMinor: balance.refundsMinor,
    disputesMinor: balance.disputesMinor,
    adjustmentsMinor: balance.adjustmentsMinor,
    paidOutMinor: balance.paidOutMinor,
    asOf: balance.asOf,
  };
}
