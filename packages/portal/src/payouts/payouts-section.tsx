import { useState } from 'react';
import type { Facts } from '../settlement/settlement-state.ts';
import { ArrowUpIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import { useNow } from '../ui/use-now.ts';
import type { Payout } from '../wire/payout.ts';
import { FILTER_WORDS, PAYOUT_FILTERS, type PayoutFilter, passesFilter } from './describe-payout.ts';
import { PayoutTable } from './payout-table.tsx';
import './payouts.css';

/** "Due in 12 min" and "today" go stale by the minute, not by the second. */
const WORDS_EVERY_MS = 15_000;

interface PayoutsSectionProps {
  readonly facts: Facts;
  readonly paused: boolean;
  readonly loadingOlder: boolean;
  readonly olderFailed: boolean;
  readonly onShowWaiting: () => void;
  readonly onLoadOlder: () => void;
}

export function PayoutsSection(props: PayoutsSectionProps) {
  const { facts, paused } = props;
  const [filter, setFilter] = useState<PayoutFilter>('all');
  const nowMs = useNow(WORDS_EVERY_MS, !paused);
  const listed = facts.listed.map((id) => facts.payouts.get(id)).filter((payout) => payout !== undefined);
  const passing = listed.filter((payout) => passesFilter(payout, filter));
  return (
    <section className="payouts" aria-labelledby="payouts-title" id="payouts">
      <header className="payouts-header">
        <h2 id="payouts-title">Payouts</h2>
        <FilterBar filter={filter} onChange={setFilter} />
      </header>
      <div className="payouts-card">
        <NewPayouts
          count={paused ? 0 : facts.waiting.length}
          more={facts.waitingOverflowed}
          onShow={props.onShowWaiting}
        />
        <PayoutList {...props} listed={listed} passing={passing} filter={filter} nowMs={nowMs} />
      </div>
      {listed.length > 0 && <Older {...props} />}
    </section>
  );
}

function FilterBar({ filter, onChange }: { readonly filter: PayoutFilter; onChange(filter: PayoutFilter): void }) {
  return (
    <fieldset className="filters">
      <legend className="visually-hidden">Show payouts that are</legend>
      {PAYOUT_FILTERS.map((name) => (
        <label key={name} className="filter" data-testid={`payouts-filter-${name}`}>
          <input type="radio" name="payout-filter" checked={filter === name} onChange={() => onChange(name)} />
          {FILTER_WORDS[name]}
        </label>
      ))}
    </fieldset>
  );
}

function NewPayouts({ count, more, onShow }: { readonly count: number; readonly more: boolean; onShow(): void }) {
  if (count === 0) return null;
  return (
    <button type="button" className="new-payouts" data-testid="payouts-show-new" data-count={count} onClick={onShow}>
      <ArrowUpIcon />
      {count}
      {more ? '+' : ''} new — show
    </button>
  );
}

interface PayoutListProps {
  readonly facts: Facts;
  readonly listed: readonly Payout[];
  readonly passing: readonly Payout[];
  readonly filter: PayoutFilter;
  readonly nowMs: number;
}

function PayoutList({ facts, listed, passing, filter, nowMs }: PayoutListProps) {
  if (facts.cursor === null) return <PayoutsSkeleton />;
  if (listed.length === 0) {
    return (
      <div className="payouts-empty" data-testid="payouts-empty">
        <p className="payouts-empty-title">No payouts yet</p>
        <p>The first one appears here the moment it is initiated, and you can follow it until it arrives.</p>
      </div>
    );
  }
  if (passing.length === 0) {
    return (
      <div className="payouts-empty" data-testid="payouts-none-match">
        <p className="payouts-empty-title">None of these</p>
        <p>
          No payout among the newest {listed.length} is “{FILTER_WORDS[filter].toLowerCase()}”.
        </p>
      </div>
    );
  }
  return <PayoutTable payouts={passing} nowMs={nowMs} />;
}

function Older({ facts, loadingOlder, olderFailed, onLoadOlder }: PayoutsSectionProps) {
  if (facts.older.kind === 'none') return <p className="payouts-end">That is every payout so far.</p>;
  return (
    <div className="payouts-older">
      {olderFailed && <Notice tone="bad" title="Older payouts couldn’t be loaded." testId="payouts-older-failed" />}
      <button
        type="button"
        className="button"
        disabled={loadingOlder}
        data-testid="payouts-load-older"
        onClick={onLoadOlder}
      >
        {loadingOlder ? 'Loading…' : 'Show older payouts'}
      </button>
    </div>
  );
}

const SKELETON_ROWS = ['one', 'two', 'three', 'four', 'five', 'six'];

function PayoutsSkeleton() {
  return (
    <div className="payouts-skeleton" aria-hidden="true" data-testid="payouts-loading">
      {SKELETON_ROWS.map((row) => (
        <div key={row} className="skeleton-row">
          <span className="bone" />
          <span className="bone" />
          <span className="bone" />
        </div>
      ))}
    </div>
  );
}
