import type { BalanceFigures, OracleBalance, OraclePayout } from '../simulation/oracle.ts';

const FIGURES = [
  'availableMinor',
  'inTransitMinor',
  'reservedMinor',
  'grossMinor',
  'feesMinor',
  'refundsMinor',
  'disputesMinor',
  'adjustmentsMinor',
  'paidOutMinor',
] as const satisfies readonly (keyof BalanceFigures)[];

type Balance = Readonly<BalanceFigures> & { readonly currency: string };

/** Differences to the minor unit, each in words. A balance that isn't there is one of zeros. */
export function compareBalances(
  where: string,
  expected: readonly OracleBalance[],
  actual: ReadonlyMap<string, Balance>,
): string[] {
  const differences: string[] = [];
  const unexpected = new Set(actual.keys());
  for (const balance of expected) {
    const key = balanceKey(balance.merchantId, balance.currency);
    unexpected.delete(key);
    const shown = actual.get(key);
    for (const figure of FIGURES) {
      const value = shown?.[figure] ?? 0n;
      if (value === balance[figure]) continue;
      differences.push(`${where}: ${key} ${figure} is ${value} and should be ${balance[figure]}`);
    }
  }
  for (const key of unexpected) differences.push(`${where}: there should be no balance ${key}`);
  return differences;
}

export function balanceKey(merchantId: string, currency: string): string {
  return `${merchantId} ${currency}`;
}

type Payout = Omit<OraclePayout, 'status'> & { readonly status: string };

export function comparePayouts(expected: readonly OraclePayout[], actual: readonly Payout[]): string[] {
  const differences: string[] = [];
  const left = new Map(actual.map((payout) => [payout.payoutId, payout]));
  for (const payout of expected) {
    const { payoutId } = payout;
    const shown = left.get(payoutId);
    left.delete(payoutId);
    if (shown === undefined) {
      differences.push(`payouts: ${payoutId} is missing; it should be ${payout.status}`);
      continue;
    }
    for (const field of ['merchantId', 'status', 'amountMinor', 'currency'] as const) {
      if (shown[field] === payout[field]) continue;
      differences.push(`payouts: ${payoutId} ${field} is ${shown[field]} and should be ${payout[field]}`);
    }
  }
  for (const payoutId of left.keys()) differences.push(`payouts: there should be no payout ${payoutId}`);
  return differences;
}
