/** It can't be reconciled as it stands; the message says why and what to do. */
export class ReconcileError extends Error {
  override name = 'ReconcileError';
}
