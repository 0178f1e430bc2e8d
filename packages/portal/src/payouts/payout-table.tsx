// biome-ignore-all lint/a11y/noRedundantRoles: the narrow layout turns rows into cards, and a browser that drops the
// table's display drops its meaning too; the roles spelled out keep it.
import type { KeyboardEvent } from 'react';
import type { Payout } from '../wire/payout.ts';
import { PayoutRow } from './payout-row.tsx';

interface PayoutTableProps {
  readonly payouts: readonly Payout[];
  readonly nowMs: number;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/** Arrow keys (or j and k) walk the rows while one of them has the focus. */
function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.metaKey || event.ctrlKey || event.altKey ? undefined : STEPS[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-link')];
  const at = links.indexOf(event.target);
  if (at === -1) return;
  event.preventDefault();
  links[at + step]?.focus();
}

export function PayoutTable({ payouts, nowMs }: PayoutTableProps) {
  return (
    <table role="table" className="payout-table" aria-labelledby="payouts-title" onKeyDown={walkRows}>
      <thead>
        <tr>
          <th scope="col">Amount</th>
          <th scope="col">Status</th>
          <th scope="col">To</th>
          <th scope="col">Arrival</th>
          <th scope="col">Initiated</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {payouts.map((payout) => (
          <PayoutRow key={payout.payoutId} payout={payout} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}
