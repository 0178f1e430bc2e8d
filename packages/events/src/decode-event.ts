import type { z } from 'zod';
import { type DomainEvent, findEntry } from './catalogue/catalogue.ts';
import { explainIssue } from './parse/explain-issue.ts';
import type { Rejection, RejectionCode } from './parse/rejection.ts';

/** Data that the catalogue does not accept, where only accepted data may be. */
export class EventError extends Error {
  override readonly name = 'EventError';
  readonly rejection: Rejection;

  constructor(type: string, rejection: Rejection) {
    super(`${type}: ${rejection.message}`);
    this.rejection = rejection;
  }
}

export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  /** `data` as the log holds it. */
  readonly data: unknown;
}

/**
 * A stored event as the newest version of its domain event: amounts in bigint, absent texts null, unknown members left
 * out. Throws an EventError on what the catalogue never accepted; an event from the log never is.
 */
export function decodeEvent(stored: StoredEvent): DomainEvent {
  const { type, version, data } = stored;
  const entry = findEntry(type, version);
  if (entry === undefined) {
    const message = `version ${version} of ${JSON.stringify(type)} is not in the catalogue; run a newer release`;
    throw new EventError(type, { code: 'version_unknown', field: 'version', message });
  }
  const accepted = entry.schema.safeParse(data);
  if (!accepted.success && !accepted.error.issues.every(isYoungerThanTheLog)) {
    throw new EventError(type, explainIssue(accepted.error, data, ['data']));
  }
  return entry.decode((accepted.success ? accepted.data : data) as never);
}

/** Refused at the door only since later: an event that the log took before would otherwise stop its partition. */
function isYoungerThanTheLog(issue: z.core.$ZodIssue): boolean {
  const code: RejectionCode = 'control_character';
  return issue.code === 'custom' && issue.params?.code === code;
}
