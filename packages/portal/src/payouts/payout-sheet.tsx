import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { OVERVIEW_PATH } from '../router/match-route.ts';
import { navigate } from '../router/use-route.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Payout } from '../wire/payout.ts';
import type { Failure } from '../wire/request-json.ts';
import { DeliveryList } from './delivery-list.tsx';
import { PayoutDetail } from './payout-detail.tsx';
import { useDeliveries, usePayout } from './use-payout-detail.ts';
import './payout-sheet.css';

interface PayoutSheetProps {
  readonly payoutId: string;
  /** The row as the live page has it; undefined for a payout that isn't loaded there. */
  readonly row: Payout | undefined;
  readonly onSignedOut: () => void;
}

const close = (): void => navigate(OVERVIEW_PATH);

export function PayoutSheet({ payoutId, row, onSignedOut }: PayoutSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [tries, setTries] = useState(0);
  const payout = usePayout(payoutId, row?.asOf.offset, tries);
  const deliveries = useDeliveries(payoutId, row?.asOf.offset, tries);
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    // Closing before it leaves the document lets the browser give the focus back to the row it came from.
    return () => opened?.close();
  }, []);
  const signedOut = payout.kind === 'failed' && payout.failure.kind === 'unauthorized';
  useEffect(() => {
    if (signedOut) onSignedOut();
  }, [signedOut, onSignedOut]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog; this is for a click beside it
    <dialog
      ref={dialog}
      className="sheet"
      aria-label={`Payout ${payoutId}`}
      data-testid="payout-detail"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="sheet-page">
        <header className="sheet-header">
          <span className="sheet-kind">Payout</span>
          <button type="button" className="icon-button" aria-label="Close" data-testid="payout-close" onClick={close}>
            <CloseIcon />
          </button>
        </header>
        {payout.kind === 'loading' && <SheetSkeleton />}
        {payout.kind === 'failed' && (
          <SheetFailure payoutId={payoutId} failure={payout.failure} onRetry={() => setTries(tries + 1)} />
        )}
        {payout.kind === 'ready' && (
          <>
            <PayoutDetail payout={payout.value} />
            <DeliveryList deliveries={deliveries} status={payout.value.status} onSignedOut={onSignedOut} />
          </>
        )}
      </div>
    </dialog>
  );
}

interface SheetFailureProps {
  readonly payoutId: string;
  readonly failure: Failure;
  onRetry(): void;
}

function SheetFailure({ payoutId, failure, onRetry }: SheetFailureProps) {
  if (failure.kind === 'not_found') {
    return (
      <Notice tone="plain" title="There is no such payout" testId="payout-not-found">
        Nothing is known about {payoutId} in this account. Check the id in the link.
      </Notice>
    );
  }
  const retry = (
    <button type="button" className="button" data-testid="payout-retry" onClick={onRetry}>
      Try again
    </button>
  );
  return (
    <Notice tone="bad" title="This payout couldn’t be loaded" testId="payout-failed" action={retry}>
      {failure.kind === 'problem' ? `${failure.title}.` : 'The server can’t be reached right now.'}
    </Notice>
  );
}

function SheetSkeleton() {
  return (
    <div className="sheet-skeleton" aria-hidden="true" data-testid="payout-loading">
      <span className="bone" />
      <span className="bone" />
      <span className="bone" />
      <span className="bone" />
    </div>
  );
}
