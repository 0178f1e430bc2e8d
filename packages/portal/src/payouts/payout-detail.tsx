import type { ReactNode } from 'react';
import { Money } from '../money/money.tsx';
import { formatInstant } from '../time/format-instant.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { useNow } from '../ui/use-now.ts';
import type { Payout, PayoutWithTimeline } from '../wire/payout.ts';
import { describeArrival, describeMethod, describeReason } from './describe-payout.ts';
import { StatusChip } from './status-chip.tsx';
import { Timeline } from './timeline-list.tsx';

const WORDS_EVERY_MS = 15_000;

export function PayoutDetail({ payout }: { readonly payout: PayoutWithTimeline }) {
  const nowMs = useNow(WORDS_EVERY_MS);
  const { amountMinor, currency, exponent } = payout;
  const arrival = describeArrival(payout, nowMs);
  return (
    <>
      <div className="detail-head">
        <h2 className="detail-amount" data-testid="payout-amount">
          {amountMinor === null || currency === null ? (
            'Amount not known yet'
          ) : (
            <Money amountMinor={amountMinor} currency={currency} exponent={exponent} />
          )}
        </h2>
        <p className="detail-summary">
          <span data-testid="payout-status" data-status={payout.status}>
            <StatusChip status={payout.status} />
          </span>
          {arrival.tone !== 'bad' && <span className="detail-arrival">{arrival.text}</span>}
        </p>
      </div>
      <Reason payout={payout} />
      <References payout={payout} nowMs={nowMs} />
      <Timeline payout={payout} nowMs={nowMs} />
    </>
  );
}

const WHAT_TO_DO_UNKNOWN = 'Contact support with the payout id below; they see the bank’s full answer.';

function Reason({ payout }: { readonly payout: Payout }) {
  if (payout.status !== 'failed' && payout.status !== 'returned') return null;
  const words = describeReason(payout) ?? 'The bank gave no reason';
  return (
    <section
      className="reason"
      data-status={payout.status}
      data-testid="payout-reason"
      aria-label="Why, and what to do"
    >
      <h3>
        {words}
        {payout.reasonCode !== null && payout.reasonCode !== words && <code>{payout.reasonCode}</code>}
      </h3>
      {payout.reason !== null && payout.reason !== words && <p>The bank wrote: “{payout.reason}”</p>}
      <p data-testid="payout-what-to-do">
        <strong>What to do:</strong> {payout.whatToDo ?? WHAT_TO_DO_UNKNOWN}
      </p>
      <p>The money is back in your available balance.</p>
    </section>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="reference">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface CopiedProps {
  readonly text: string | null;
  readonly what: string;
  readonly testId: string;
  readonly missing: string;
}

function Copied({ text, what, testId, missing }: CopiedProps) {
  if (text === null) return <span className="unknown">{missing}</span>;
  return (
    <>
      <code data-testid={testId}>{text}</code>
      <CopyButton text={text} what={what} testId={`${testId}-copy`} />
    </>
  );
}

function References({ payout, nowMs }: { readonly payout: Payout; readonly nowMs: number }) {
  const open = payout.status === 'initiated' || payout.status === 'submitted';
  return (
    <dl className="references">
      <Row label="To">{payout.destination ?? <span className="unknown">Not known yet</span>}</Row>
      <Row label="Method">{describeMethod(payout.method) ?? <span className="unknown">Not known yet</span>}</Row>
      {payout.expectedArrival !== null && <Row label="Expected">{formatInstant(payout.expectedArrival, nowMs)}</Row>}
      <Row label="Payout id">
        <Copied text={payout.payoutId} what="payout id" testId="payout-id" missing="" />
      </Row>
      <Row label="Rail reference">
        <Copied
          text={payout.railReference}
          what="rail reference"
          testId="payout-rail-reference"
          missing="Given by the bank once submitted"
        />
      </Row>
      <Row label="Trace id">
        <Copied
          text={payout.traceId}
          what="trace id"
          testId="payout-trace-id"
          missing={open ? 'Given by the bank once settled' : 'None given by the bank'}
        />
      </Row>
    </dl>
  );
}
