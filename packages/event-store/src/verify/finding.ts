/** What verify finds, each at its coordinate. */

/**
 * `reordered`: the row was sealed at another offset. `seal_broken`: not the events but the seals were changed.
 * `tally_changed`: the events of the partition and what intake has tallied of them are different money.
 * `guard_off`: what makes the database refuse a wrong row is off, or not what the migrations made.
 */
export type FindingKind = 'changed' | 'missing' | 'added' | 'reordered' | 'seal_broken' | 'tally_changed' | 'guard_off';

export interface Finding {
  readonly kind: FindingKind;
  /** −1 for what is of no partition: a guard of the tables. */
  readonly partition: number;
  readonly offset: bigint;
  /** Exclusive. More than one offset where neighbours have the same fate. */
  readonly toOffset: bigint;
  readonly detail: string;
}

/** What to do about it, for people. */
export const WHAT_TO_DO: Readonly<Record<FindingKind, string>> = {
  changed: 'look in ledger.break_glass_uses for who and why; take the row from a backup that is older than the change',
  missing: 'take the rows from a backup; what the producers still have can not be sent again, its offset would differ',
  added: 'find out who may write past append_events; rebuild the read models without it once the log is restored',
  reordered: 'restore the partition from a backup: offsets that moved make every cursor and balance "as of" wrong',
  seal_broken: 'compare with the anchored heads (--anchor): they tell which part of the chain is still the sealed one',
  tally_changed:
    'see whether events of the partition that are changed, missing or added come to the difference; the rest is a ' +
    'tally that was changed, or an event together with its fingerprint before its seal: compare with a backup',
  guard_off:
    'find out who owns the tables and what they did; put the guard back as packages/event-store/schema.txt has it ' +
    '(triggers with ENABLE ALWAYS), and trust this answer only when verify finds it on again',
};

/** Far more than a person reads; what is beyond is counted. */
const KEPT_MAX = 10_000;

export interface Findings {
  add(finding: Omit<Finding, 'partition' | 'toOffset'> & { readonly toOffset?: bigint }): void;
  /** In order of offset, what concerns the same offset and neighbours with the same fate joined. */
  list(): Finding[];
  /** Offsets concerned, those beyond what is kept included. */
  count(): bigint;
}

export function createFindings(partition: number): Findings {
  const kept: Finding[] = [];
  let offsets = 0n;
  return {
    add({ toOffset, ...finding }) {
      const end = toOffset ?? finding.offset + 1n;
      offsets += end - finding.offset;
      if (kept.length < KEPT_MAX) kept.push({ ...finding, partition, toOffset: end });
    },
    list: () => joinNeighbours(kept.toSorted((a, b) => Number(a.offset - b.offset))),
    count: () => offsets,
  };
}

function joinNeighbours(sorted: readonly Finding[]): Finding[] {
  const joined: Finding[] = [];
  for (const finding of sorted) {
    const last = joined.at(-1);
    const { kind, offset, toOffset, detail } = finding;
    const isSame = last?.kind === kind && last.offset === offset && last.toOffset === toOffset;
    const continues = last?.kind === kind && last.detail === detail && last.toOffset === offset;
    if (last !== undefined && isSame) joined[joined.length - 1] = { ...last, detail: `${last.detail}; ${detail}` };
    else if (last !== undefined && continues) joined[joined.length - 1] = { ...last, toOffset };
    else joined.push(finding);
  }
  return joined;
}
