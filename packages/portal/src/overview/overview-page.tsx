import { useEffect, useState, useSyncExternalStore } from 'react';
import { BalancesSection } from '../balances/balances-section.tsx';
import { describeReset, describeRetry } from '../connection/describe-connection.ts';
import { PageStatus } from '../connection/page-status.tsx';
import { PayoutSheet } from '../payouts/payout-sheet.tsx';
import { PayoutsSection } from '../payouts/payouts-section.tsx';
import { shownFacts } from '../settlement/settlement-state.ts';
import type { SettlementStore } from '../settlement/settlement-store.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { formatTime } from '../time/format-instant.ts';
import { Notice } from '../ui/notice.tsx';
import { useNow } from '../ui/use-now.ts';

interface OverviewPageProps {
  readonly merchantId: string;
  readonly payoutId: string | null;
  readonly openStore: () => SettlementStore;
  readonly onSignedOut: () => void;
  readonly onLeave: () => void;
}

export function OverviewPage({ merchantId, payoutId, openStore, onSignedOut, onLeave }: OverviewPageProps) {
  const [store] = useState(openStore);
  const page = useSyncExternalStore(store.subscribe, store.read);
  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  const { settlement, connection } = page;
  const facts = shownFacts(settlement);
  const paused = settlement.frozen !== null;
  const pauseControl = {
    paused,
    changesHeld: settlement.changesHeld,
    onPause: store.pause,
    onResume: store.resume,
  };
  return (
    <>
      <a className="skip-link" href="#payouts">
        Skip to payouts
      </a>
      <div className="band">
        <PageHeader merchantId={merchantId} connection={connection} pauseControl={pauseControl} onLeave={onLeave} />
        <div className="column">
          <BalancesSection facts={facts} paused={paused} offline={connection.kind === 'offline'} />
        </div>
      </div>
      <main className="column page">
        {connection.kind === 'offline' && (
          <OfflineNotice {...connection} empty={facts.cursor === null} onRetry={store.retryNow} />
        )}
        {settlement.reset !== null && (
          <Notice
            tone="warning"
            testId="reset-notice"
            title={`This page was refreshed at ${formatTime(settlement.reset.atMs)}`}
            action={
              <button type="button" className="button" data-testid="reset-dismiss" onClick={store.dismissReset}>
                OK
              </button>
            }
          >
            {describeReset(settlement.reset.reason)}
          </Notice>
        )}
        <PayoutsSection
          facts={facts}
          paused={paused}
          loadingOlder={page.loadingOlder}
          olderFailed={page.olderFailed}
          onShowWaiting={store.showWaiting}
          onLoadOlder={store.loadOlder}
        />
      </main>
      <PageStatus connection={connection} waiting={facts.waiting.length} paused={paused} />
      {payoutId !== null && (
        <PayoutSheet
          key={payoutId}
          payoutId={payoutId}
          row={settlement.facts.payouts.get(payoutId)}
          onSignedOut={onSignedOut}
        />
      )}
    </>
  );
}

interface OfflineNoticeProps {
  readonly sinceMs: number;
  readonly retryAtMs: number | null;
  readonly empty: boolean;
  readonly onRetry: () => void;
}

function OfflineNotice({ sinceMs, retryAtMs, empty, onRetry }: OfflineNoticeProps) {
  const nowMs = useNow(1_000);
  const retry = (
    <button type="button" className="button" data-testid="retry-now" onClick={onRetry}>
      Try now
    </button>
  );
  return (
    <Notice tone="warning" testId="offline-notice" title={`Offline since ${formatTime(sinceMs)}`} action={retry}>
      {empty
        ? 'The server can’t be reached, so there is nothing to show yet. Your money is not affected.'
        : 'Everything here is as of then. Your money is not affected, and the page catches up by itself.'}{' '}
      <span className="retry-words">{describeRetry(retryAtMs, nowMs)}</span>
    </Notice>
  );
}
