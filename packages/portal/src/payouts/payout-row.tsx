// biome-ignore-all lint/a11y/noRedundantRoles: the narrow layout turns rows into cards, and a browser that drops the
// table's display drops its meaning too; the roles spelled out keep it.
import { memo } from 'react';
import { Money } from '../money/money.tsx';
import { Link } from '../router/link.tsx';
import { payoutPath } from '../router/match-route.ts';
import { formatInstant } from '../time/format-instant.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { useFlash } from '../ui/use-flash.ts';
import type { Payout } from '../wire/payout.ts';
import { describeArrival, describeMethod } from './describe-payout.ts';
import { StatusChip } from './status-chip.tsx';

interface PayoutRowProps {
  readonly payout: Payout;
  readonly nowMs: number;
}

function PayoutAmount({ payout }: { readonly payout: Payout }) {
  const { amountMinor, currency, exponent } = payout;
  if (amountMinor === null || currency === null) return <span className="unknown">Amount not known yet</span>;
  return (
    <>
      <Money amountMinor={amountMinor} currency={currency} exponent={exponent} />{' '}
      <span className="row-currency">{currency}</span>
    </>
  );
}

export const PayoutRow = memo(function PayoutRow({ payout, nowMs }: PayoutRowProps) {
  const { beat } = useFlash(payout.asOf.offset);
  const arrival = describeArrival(payout, nowMs);
  return (
    <tr
      role="row"
      className="payout-row"
      data-status={payout.status}
      data-beat={beat}
      data-testid={`payout-row-${payout.payoutId}`}
    >
      <td role="cell" className="cell-amount">
        <Link href={payoutPath(payout.payoutId)} className="row-link" data-testid={`payout-link-${payout.payoutId}`}>
          <PayoutAmount payout={payout} />
        </Link>
        <span className="row-id">{payout.payoutId}</span>
      </td>
      <td role="cell" className="cell-status" data-testid={`payout-status-${payout.payoutId}`}>
        <StatusChip status={payout.status} />
      </td>
      <td role="cell" className="cell-to">
        <span>{payout.destination ?? <span className="unknown">Not known yet</span>}</span>
        <span className="cell-method">{describeMethod(payout.method)}</span>
      </td>
      <td role="cell" className="cell-arrival" data-tone={arrival.tone}>
        {arrival.text}
      </td>
      <td role="cell" className="cell-started">
        {payout.initiatedAt === null ? '' : formatInstant(payout.initiatedAt, nowMs)}
        <ChevronIcon />
      </td>
    </tr>
  );
});
