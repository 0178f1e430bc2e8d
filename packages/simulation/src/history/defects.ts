/**
 * Ways to break the simulated side on purpose. Each stands for a mistake that production code on the other side of a
 * seam could make; a test asks that the checks find every one of them, so that a check that sees nothing is noticed.
 */
export const DEFECTS = [
  /** Appends don't lock the heads of their partitions. */
  'no head lock',
  /** What is fresh was seen before the heads were locked. */
  'stale snapshot',
  /** What a SELECT saw decides what is fresh; no unique index has the last word. */
  'select decides',
  /** An append answers before it has committed. */
  'answers before commit',
  /** A conflict is counted and not kept. */
  'conflict dropped',
  /** Outcomes are not tallied for a batch that was sent again. */
  'tally forgotten',
  /** A handler's work does not wait for the commit. */
  'work outside',
  /** The group's offset does not wait for the commit. */
  'offset outside',
  /** Two consumers may claim one partition, and the advance does not look at where it was. */
  'no claim',
  /** A head may be seen before its events are. */
  'head too high',
] as const;

export type Defect = (typeof DEFECTS)[number];
