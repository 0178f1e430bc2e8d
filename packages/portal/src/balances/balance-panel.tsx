import { Money } from '../money/money.tsx';
import { useFlash } from '../ui/use-flash.ts';
import type { Balance } from '../wire/balance.ts';
import { BalanceChart } from './balance-chart.tsx';
import type { Series } from './sample-series.ts';

interface FigureProps {
  readonly balance: Balance;
  readonly label: string;
  readonly amountMinor: bigint;
  readonly testId: string;
  /** Lifetime figures move with every payment; only the ones that say where the money is now draw the eye. */
  readonly quiet?: boolean;
}

function Figure({ balance, label, amountMinor, testId, quiet = false }: FigureProps) {
  const { currency, exponent } = balance;
  const { beat } = useFlash(amountMinor);
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd data-testid={`${testId}-${currency}`} data-minor={String(amountMinor)} data-beat={quiet ? undefined : beat}>
        <Money amountMinor={amountMinor} currency={currency} exponent={exponent} />
      </dd>
    </div>
  );
}

function Available({ balance }: { readonly balance: Balance }) {
  const { currency, exponent, availableMinor } = balance;
  const { beat, delta } = useFlash(availableMinor);
  return (
    <div className="available">
      <h3 className="available-label">
        Available <span className="currency">{currency}</span>
      </h3>
      <p
        className="available-amount"
        data-testid={`balance-available-${currency}`}
        data-minor={String(availableMinor)}
        data-beat={beat}
      >
        <Money amountMinor={availableMinor} currency={currency} exponent={exponent} />
      </p>
      <p className="available-delta" aria-hidden="true" data-beat={beat} data-direction={delta < 0n ? 'down' : 'up'}>
        {beat !== undefined && <Money amountMinor={delta} currency={currency} exponent={exponent} sign="always" />}
      </p>
    </div>
  );
}

interface BalancePanelProps {
  readonly balance: Balance;
  readonly series: Series;
  readonly nowMs: number;
}

export function BalancePanel({ balance, series, nowMs }: BalancePanelProps) {
  const { currency, exponent } = balance;
  const lifetime = [
    ['Captured', balance.grossMinor, 'balance-gross'],
    ['Fees', balance.feesMinor, 'balance-fees'],
    ['Refunds', balance.refundsMinor, 'balance-refunds'],
    ['Disputes', balance.disputesMinor, 'balance-disputes'],
    ['Adjustments', balance.adjustmentsMinor, 'balance-adjustments'],
    ['Paid out', balance.paidOutMinor, 'balance-paid-out'],
  ] as const;
  return (
    <article className="balance" data-testid={`balance-${currency}`} aria-label={`Balance in ${currency}`}>
      <div className="balance-now">
        <div>
          <Available balance={balance} />
          <dl className="figures figures-now">
            <Figure
              balance={balance}
              label="In transit"
              amountMinor={balance.inTransitMinor}
              testId="balance-in-transit"
            />
            <Figure balance={balance} label="Reserved" amountMinor={balance.reservedMinor} testId="balance-reserved" />
          </dl>
        </div>
        <BalanceChart series={series} currency={currency} exponent={exponent} nowMs={nowMs} />
      </div>
      <dl className="figures figures-lifetime" aria-label={`Lifetime figures in ${currency}`}>
        {lifetime.map(([label, amountMinor, testId]) => (
          <Figure key={testId} balance={balance} label={label} amountMinor={amountMinor} testId={testId} quiet />
        ))}
      </dl>
    </article>
  );
}
