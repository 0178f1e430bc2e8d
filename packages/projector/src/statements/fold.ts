/** Daily statements, derived from the postings alone, as the balances are. */
import { currenciesOf, type Movement, movementsByCurrency, signedFigureOf } from '../balances/fold.ts';
import { type BalanceFigures, balancesTable } from '../balances/table.ts';
import { disputesTable } from '../disputes/table.ts';
import type { FoldedEvent, ReadModel } from '../folding.ts';
import { payoutsTable } from '../payouts/table.ts';
import { type StatementRow, statementsTable } from './table.ts';

export const statements: ReadModel = {
  name: 'statements',
  tables: [statementsTable],
  wantsFrom: [payoutsTable, disputesTable],
  want(event, working) {
    for (const currency of currenciesOf(event, working)) {
      working.rows(statementsTable).want(event.merchantId, currency, dayOf(event));
    }
  },
  fold({ event, working, postings }) {
    const rows = working.rows(statementsTable);
    for (const [currency, movements] of movementsByCurrency(postings)) {
      const after = working.rows(balancesTable).get(event.merchantId, currency);
      if (after === undefined)
        throw new Error(`${event.merchantId} was posted in ${currency}, and has no balance of it`);
      const moved = moveStatement(movements);
      const before =
        rows.get(event.merchantId, currency, dayOf(event)) ??
        openStatement(event, { currency, openingMinor: after.availableMinor - moved.closingMinor });
      rows.put(addTo(before, moved, event));
    }
  },
};

/** The UTC day in which the log recorded it. */
export function dayOf({ recordedAt }: Pick<FoldedEvent, 'recordedAt'>): string {
  return recordedAt.slice(0, 10);
}

type StatementFigures = Pick<StatementRow, (typeof STATEMENT_FIGURES)[number]>;

const STATEMENT_FIGURES = [
  'grossMinor',
  'feesMinor',
  'refundsMinor',
  'heldMinor',
  'disputesMinor',
  'adjustmentsMinor',
  'payoutsMinor',
  'closingMinor',
] as const satisfies readonly (keyof StatementRow)[];

/** Where on a statement a figure of the balance is told. */
const TOLD_AS: Readonly<Record<keyof BalanceFigures, keyof StatementFigures>> = {
  availableMinor: 'closingMinor',
  grossMinor: 'grossMinor',
  feesMinor: 'feesMinor',
  refundsMinor: 'refundsMinor',
  reservedMinor: 'heldMinor',
  disputesMinor: 'disputesMinor',
  adjustmentsMinor: 'adjustmentsMinor',
  inTransitMinor: 'payoutsMinor',
  paidOutMinor: 'payoutsMinor',
};

/** By how much the movements change each figure of a statement. */
function moveStatement(movements: readonly Movement[]): StatementFigures {
  const moved = { ...NOTHING };
  for (const { kind, entry } of movements) {
    const { figure, sign } = signedFigureOf(entry.account, kind);
    moved[TOLD_AS[figure]] += sign * entry.amountMinor;
  }
  return moved;
}

const NOTHING: { -readonly [Figure in keyof StatementFigures]: bigint } = {
  grossMinor: 0n,
  feesMinor: 0n,
  refundsMinor: 0n,
  heldMinor: 0n,
  disputesMinor: 0n,
  adjustmentsMinor: 0n,
  payoutsMinor: 0n,
  closingMinor: 0n,
};

function openStatement(
  event: FoldedEvent,
  { currency, openingMinor }: { readonly currency: string; readonly openingMinor: bigint },
): StatementRow {
  const { merchantId, partition, offset } = event;
  const of = { merchantId, currency, day: dayOf(event), partition, firstOffset: offset, offset };
  return { ...of, ...NOTHING, openingMinor, closingMinor: openingMinor, events: 0 };
}

function addTo(before: StatementRow, moved: StatementFigures, { offset }: FoldedEvent): StatementRow {
  const figures = { ...NOTHING };
  for (const figure of STATEMENT_FIGURES) figures[figure] = before[figure] + moved[figure];
  return { ...before, ...figures, events: before.events + 1, offset };
}
