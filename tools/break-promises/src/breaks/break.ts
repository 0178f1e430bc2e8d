/** One defect that somebody could write, against one promise. */
export interface Break {
  /** The promise's id in SPEC.md. */
  readonly promise: string;
  /** What then is wrong. */
  readonly note: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Part of what the failing test says: red for another reason (a file that no longer loads, say) does not count. */
  readonly shows: string;
}

/** `L1.1`, `L1.2`, … by their order within the promise. */
export function breakIds(breaks: readonly Break[]): ReadonlyMap<Break, string> {
  const ids = new Map<Break, string>();
  for (const [promise, own] of Map.groupBy(breaks, (each) => each.promise)) {
    for (const [index, each] of own.entries()) ids.set(each, `${promise}.${index + 1}`);
  }
  return ids;
}
