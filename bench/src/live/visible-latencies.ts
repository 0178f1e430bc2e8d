/** How long each event took from its commit to the log to the commit that made its rows visible in the read models. */

export interface CommittedEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** When it was due, by the schedule. */
  readonly dueMs: number;
  /** When the log answered that it is committed. */
  readonly committedMs: number;
}

export interface VisibleLatencies {
  readonly fromCommitMs: readonly number[];
  readonly fromDueMs: readonly number[];
  /** Events of which no row is there. */
  readonly missing: number;
}

/** `visibleAt`: by coordinate (`partition:offset`), on the clock of the events' times. */
export function visibleLatencies(
  events: readonly CommittedEvent[],
  visibleAt: ReadonlyMap<string, number>,
): VisibleLatencies {
  const fromCommitMs: number[] = [];
  const fromDueMs: number[] = [];
  let missing = 0;
  for (const { partition, offset, dueMs, committedMs } of events) {
    const atMs = visibleAt.get(`${partition}:${offset}`);
    if (atMs === undefined) {
      missing += 1;
      continue;
    }
    fromCommitMs.push(atMs - committedMs);
    fromDueMs.push(atMs - dueMs);
  }
  return { fromCommitMs, fromDueMs, missing };
}
