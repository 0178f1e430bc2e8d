import { describe, expect, it } from 'vitest';
import type { Balance } from '../wire/balance.ts';
import type { Cursor } from '../wire/coordinate.ts';
import type { Payout } from '../wire/payout.ts';
import {
  foldBalances,
  foldMessage,
  foldOlder,
  NO_SETTLEMENT,
  pause,
  resume,
  type SettlementState,
  shownFacts,
  showWaiting,
  WAITING_MAX,
} from './settlement-state.ts';

const cursorAt = (offset: number, epoch = 'g1'): Cursor => ({ epoch, partition: 4, offset: BigInt(offset) });

const balance = (availableMinor: bigint, offset: number): Balance => ({
  currency: 'EUR',
  exponent: 2,
  availableMinor,
  inTransitMinor: 0n,
  reservedMinor: 0n,
  grossMinor: 0n,
  feesMinor: 0n,
  refundsMinor: 0n,
  disputesMinor: 0n,
  adjustmentsMinor: 0n,
  paidOutMinor: 0n,
  asOf: { partition: 4, offset: BigInt(offset) },
});

const payout = (payoutId: string, offset: number, status: Payout['status'] = 'initiated'): Payout => ({
  payoutId,
  merchantId: 'mer_001',
  status,
  amountMinor: 100n,
  currency: 'EUR',
  exponent: 2,
  method: 'instant',
  destination: '•••• 4242',
  railReference: null,
  traceId: null,
  expectedArrival: null,
  reasonCode: null,
  reason: null,
  reasonMeaning: null,
  whatToDo: null,
  initiatedAt: '2026-11-22T06:00:00.000000Z',
  submittedAt: null,
  settledAt: null,
  failedAt: null,
  returnedAt: null,
  updatedAt: '2026-11-22T06:00:00.000000Z',
  asOf: { partition: 4, offset: BigInt(offset) },
});

function changed(state: SettlementState, offset: number, payouts: Payout[], balances: Balance[] = []): SettlementState {
  return foldMessage(state, { type: 'changes', cursor: cursorAt(offset), balances, payouts }, offset);
}

const opened = foldMessage(
  NO_SETTLEMENT,
  {
    type: 'snapshot',
    cursor: cursorAt(10),
    balances: [balance(500n, 9)],
    payouts: [payout('po_2', 8), payout('po_1', 5)],
  },
  1_000,
);

describe('live changes', () => {
  it('change rows where they stand and hold new ones back', () => {
    const state = changed(opened, 12, [payout('po_1', 11, 'settled'), payout('po_3', 12)]);
    expect(state.facts.listed).toEqual(['po_2', 'po_1']);
    expect(state.facts.payouts.get('po_1')?.status).toBe('settled');
    expect(state.facts.waiting).toEqual(['po_3']);
    expect(state.facts.cursor).toEqual(cursorAt(12));
  });

  it('never go back: a row of an older coordinate loses, whichever way it came', () => {
    const state = changed(opened, 12, [payout('po_1', 12, 'settled')], [balance(700n, 12)]);
    const late = foldBalances(
      foldOlder(state, { asOf: cursorAt(10), payouts: [payout('po_1', 5)], nextCursor: null }),
      { cursor: cursorAt(10), balances: [balance(500n, 9)] },
      2_000,
    );
    expect(late.facts.payouts.get('po_1')?.status).toBe('settled');
    expect(late.facts.balances.get('EUR')?.availableMinor).toBe(700n);
    expect(late.facts.cursor).toEqual(cursorAt(12));
  });

  it('fill an empty list at once: there is nothing to push down', () => {
    const empty = foldMessage(NO_SETTLEMENT, { type: 'snapshot', cursor: cursorAt(0), balances: [], payouts: [] }, 0);
    expect(changed(empty, 1, [payout('po_1', 1)]).facts.listed).toEqual(['po_1']);
  });

  it('applied twice are the same as once', () => {
    const once = changed(opened, 12, [payout('po_3', 12)], [balance(1n, 12)]);
    expect(changed(once, 12, [payout('po_3', 12)], [balance(1n, 12)])).toEqual(once);
  });
});

describe('showWaiting', () => {
  it('puts the newest on top', () => {
    const state = showWaiting(changed(changed(opened, 11, [payout('po_3', 11)]), 12, [payout('po_4', 12)]));
    expect(state.facts.listed).toEqual(['po_4', 'po_3', 'po_2', 'po_1']);
    expect(state.facts.waiting).toEqual([]);
  });

  it('starts the list anew when more arrived than a page holds', () => {
    let state = foldOlder(opened, { asOf: cursorAt(10), payouts: [], nextCursor: null });
    for (let index = 0; index <= WAITING_MAX; index += 1)
      state = changed(state, 20 + index, [payout(`po_n${index}`, 20 + index)]);
    expect(state.facts.waiting).toHaveLength(WAITING_MAX);
    const shown = showWaiting(state);
    expect(shown.facts.listed).not.toContain('po_2');
    expect(shown.facts.older).toEqual({ kind: 'unknown' });
    expect(shown.facts.payouts.size).toBe(shown.facts.listed.length);
  });
});

describe('pause', () => {
  it('keeps the picture, counts what it holds, and resumes to the truth', () => {
    const paused = changed(pause(opened), 12, [payout('po_1', 12, 'settled')], [balance(900n, 12)]);
    expect(shownFacts(paused).payouts.get('po_1')?.status).toBe('initiated');
    expect(shownFacts(paused).balances.get('EUR')?.availableMinor).toBe(500n);
    expect(paused.changesHeld).toBe(2);
    expect(shownFacts(resume(paused)).balances.get('EUR')?.availableMinor).toBe(900n);
  });
});

describe('reset', () => {
  it('replaces everything, says so, and ends a pause', () => {
    const state = foldMessage(
      pause(changed(opened, 12, [payout('po_3', 12)])),
      {
        type: 'reset',
        reason: 'epoch_changed',
        cursor: cursorAt(3, 'g2'),
        balances: [balance(1n, 3)],
        payouts: [payout('po_1', 2)],
      },
      9_000,
    );
    expect(shownFacts(state).listed).toEqual(['po_1']);
    expect(shownFacts(state).balances.get('EUR')?.availableMinor).toBe(1n);
    expect(state.facts.waiting).toEqual([]);
    expect(state.reset).toEqual({ reason: 'epoch_changed', atMs: 9_000 });
    expect(state.facts.cursor).toEqual(cursorAt(3, 'g2'));
  });

  it('is not mixed with an answer of the epoch before', () => {
    const state = foldMessage(
      opened,
      { type: 'reset', reason: 'epoch_changed', cursor: cursorAt(3, 'g2'), balances: [balance(1n, 3)], payouts: [] },
      9_000,
    );
    expect(foldBalances(state, { cursor: cursorAt(99), balances: [balance(2n, 99)] }, 9_001)).toBe(state);
  });
});

describe('older payouts', () => {
  it('go below and are listed once', () => {
    const state = foldOlder(opened, {
      asOf: cursorAt(10),
      payouts: [payout('po_1', 5), payout('po_0', 2)],
      nextCursor: 'c2',
    });
    expect(state.facts.listed).toEqual(['po_2', 'po_1', 'po_0']);
    expect(state.facts.older).toEqual({ kind: 'from', cursor: 'c2' });
  });
});
