/** How long each event took from its commit to the moment when a reader saw it in the read models. */

export interface CommittedEvent {
  readonly partition: number;
  readonly offset: bigint;
  /** When it was due, by the schedule. */
  readonly dueMs: number;
  /** When the log answered that it is committed. */
  readonly committedMs: number;
}

/** What a reader saw at one moment: everything of the partition up to the offset. */
export interface Sighting {
  readonly offset: bigint;
  readonly atMs: number;
}

export interface VisibleLatencies {
  readonly fromCommitMs: readonly number[];
  readonly fromDueMs: readonly number[];
  /** Events that no reader saw. */
  readonly missing: number;
}

/** `sightings`: by partition, in the order in which they were made. `events`: in log order within a partition. */
export function visibleLatencies(
  events: readonly CommittedEvent[],
  sightings: ReadonlyMap<number, readonly Sighting[]>,
): VisibleLatencies {
  const fromCommitMs: number[] = [];
  const fromDueMs: number[] = [];
  const next = new Map<number, number>();
  let missing = 0;
  for (const { partition, offset, dueMs, committedMs } of events) {
    const own = sightings.get(partition) ?? [];
    let at = next.get(partition) ?? 0;
    while ((own[at]?.offset ?? offset) < offset) at += 1;
    next.set(partition, at);
    const seen = own[at];
    if (seen === undefined) {
      missing += 1;
      continue;
    }
    fromCommitMs.push(seen.atMs - committedMs);
    fromDueMs.push(seen.atMs - dueMs);
  }
  return { fromCommitMs, fromDueMs, missing };
}
