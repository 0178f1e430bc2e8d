import { useEffect, useSyncExternalStore } from 'react';
import { OverviewPage } from './overview/overview-page.tsx';
import { Link } from './router/link.tsx';
import { OVERVIEW_PATH } from './router/match-route.ts';
import { navigate, useRoute } from './router/use-route.ts';
import type { SessionStore } from './session/session-store.ts';
import { MessagePage, SignedOutPage } from './session/sign-in-page.tsx';
import type { SettlementStore } from './settlement/settlement-store.ts';

interface AppProps {
  readonly session: SessionStore;
  readonly openSettlement: () => SettlementStore;
}

/** Who may see anything first, then which page. A new page is a folder, a route and a line here. */
export function App({ session, openSettlement }: AppProps) {
  const state = useSyncExternalStore(session.subscribe, session.read);
  const route = useRoute();
  const atLogin = route.page === 'login' && state.kind === 'signed_in';
  useEffect(() => {
    if (atLogin) navigate(OVERVIEW_PATH, { replace: true });
  }, [atLogin]);

  if (state.kind === 'signed_out') return <SignedOutPage why={state.why} />;
  if (state.kind === 'unreachable') return <Unreachable onRetry={session.retry} />;
  if (state.kind !== 'signed_in') return <Checking opening={state.kind === 'opening'} />;
  if (route.page === 'not_found') return <NotFound />;
  if (state.me.merchantId === null) return <NoMerchant role={state.me.role} />;
  return (
    <OverviewPage
      merchantId={state.me.merchantId}
      payoutId={route.page === 'overview' ? route.payoutId : null}
      openStore={openSettlement}
      onSignedOut={session.end}
      onLeave={session.leave}
    />
  );
}

function Checking({ opening }: { readonly opening: boolean }) {
  return (
    <MessagePage title={opening ? 'Signing you in…' : 'One moment…'} testId="signing-in">
      {opening ? 'Checking your link.' : 'Looking for your session.'}
    </MessagePage>
  );
}

function Unreachable({ onRetry }: { readonly onRetry: () => Promise<void> }) {
  const retry = (
    <button type="button" className="band-button" data-testid="session-retry" onClick={onRetry}>
      Try again
    </button>
  );
  return (
    <MessagePage title="The server can’t be reached" testId="unreachable" action={retry}>
      Your money is not affected. Check your connection, or try again in a minute.
    </MessagePage>
  );
}

function NotFound() {
  const home = (
    <p>
      <Link href={OVERVIEW_PATH}>Go to your balances and payouts</Link>
    </p>
  );
  return (
    <MessagePage title="There is no such page" testId="not-found" action={home}>
      The address may be cut off or mistyped.
    </MessagePage>
  );
}

function NoMerchant({ role }: { readonly role: string }) {
  return (
    <MessagePage title="Nothing to show for this sign-in" testId="no-merchant">
      You are signed in with the role “{role}”, and this page shows the money of one merchant.
    </MessagePage>
  );
}
