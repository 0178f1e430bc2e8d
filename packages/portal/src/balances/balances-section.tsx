import type { Facts } from '../settlement/settlement-state.ts';
import { useNow } from '../ui/use-now.ts';
import { formatCoordinate } from '../wire/coordinate.ts';
import { BalancePanel } from './balance-panel.tsx';
import './balances.css';

const CHART_EVERY_MS = 1_000;

interface BalancesSectionProps {
  readonly facts: Facts;
  readonly paused: boolean;
  readonly offline: boolean;
}

function titleOf({ facts, paused, offline }: BalancesSectionProps): string {
  if (facts.cursor === null) return 'Your money';
  if (paused) return 'Your money, paused';
  return offline ? 'Your money, last known' : 'Your money, right now';
}

export function BalancesSection(props: BalancesSectionProps) {
  const { facts, paused } = props;
  const nowMs = useNow(CHART_EVERY_MS, !paused);
  const balances = [...facts.balances.values()].toSorted((one, other) => (one.currency < other.currency ? -1 : 1));
  return (
    <section className="balances" aria-labelledby="balances-title">
      <header className="balances-header">
        <h2 id="balances-title">{titleOf(props)}</h2>
        {facts.cursor !== null && (
          <p
            className="as-of"
            title="Epoch, partition and offset of the last event in these figures"
            data-testid="as-of"
          >
            as of {facts.cursor.epoch} · {formatCoordinate(facts.cursor)}
          </p>
        )}
      </header>
      {facts.cursor === null ? <BalancesSkeleton /> : null}
      {facts.cursor !== null && balances.length === 0 ? <NoBalances /> : null}
      <div className="balance-list" data-count={balances.length}>
        {balances.map((balance) => (
          <BalancePanel
            key={balance.currency}
            balance={balance}
            series={facts.available.get(balance.currency) ?? []}
            nowMs={nowMs}
          />
        ))}
      </div>
    </section>
  );
}

function NoBalances() {
  return (
    <div className="balances-empty" data-testid="balances-empty">
      <p className="balances-empty-title">Nothing captured yet</p>
      <p>Your balance appears here, by currency, moments after your first payment is captured.</p>
    </div>
  );
}

function BalancesSkeleton() {
  return (
    <div className="balances-skeleton" aria-hidden="true" data-testid="balances-loading">
      <span className="bone bone-label" />
      <span className="bone bone-amount" />
      <span className="bone bone-line" />
    </div>
  );
}
