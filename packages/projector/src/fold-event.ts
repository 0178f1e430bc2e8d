/**
 * Folds one event into the rows in memory. Pure but for the working set it is given. An error of a fold is told with
 * the model's name.
 */

import type { LoggedEvent } from '@northwind/event-store';
import { decodeEvent } from '@northwind/events';
import type { FoldedEvent, Folding, ReadModel } from './folding.ts';
import type { WorkingSet } from './working-set/working-set.ts';

export function foldEvent(event: FoldedEvent, models: readonly ReadModel[], working: WorkingSet): Folding {
  const folding: Folding = { event, working, postings: [], anomalies: [] };
  for (const model of models) foldInto(model, folding);
  return folding;
}

function foldInto(model: ReadModel, folding: Folding): void {
  try {
    model.fold(folding);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`read model ${model.name}: ${reason}`, { cause: error });
  }
}

/** Throws on what the catalogue does not know: an event that can't be read must not be passed over. */
export function toFoldedEvent(event: LoggedEvent): FoldedEvent {
  const { partition, offset, merchantId, subject, occurredAt, recordedAt, type, version, data } = event;
  const fact = decodeEvent({ type, version, data });
  return { partition, offset, merchantId, subject, occurredAt, recordedAt, fact, data, version };
}
