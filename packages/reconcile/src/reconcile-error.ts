/** It can't be reconciled as it stands; the message says why and what to do. */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
}

/** A day was asked for that has not begun by the database's clock. */
export class DayToComeError extends ReconcileError {}
