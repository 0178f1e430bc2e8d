/**
 * Rows that are not what was sealed at their offset: changed, or sealed at another offset and moved. A row's leaf holds
 * its offset, so it is hashed again for each place where something is amiss, and compared with what was sealed there.
 */
import { hashLeaf, type LeafFields } from '../seal/hash-leaf.ts';
import type { Findings } from './finding.ts';
import type { EventRow } from './read-rows.ts';

export interface Strangers {
  add(row: EventRow, problems: readonly string[]): void;
  /** An offset that holds no row, or another one than was sealed there. */
  addPlace(offset: bigint, sealedPrefix: string): void;
  /** Reports all that were added. */
  name(): void;
}

/** Each is tried against each: 65,536 hashes, a tenth of a second. What is beyond counts as changed. */
const TRIED_MAX = 256;

export function createStrangers(findings: Findings): Strangers {
  const rows: { readonly row: EventRow; readonly problems: readonly string[] }[] = [];
  const places = new Map<bigint, string>();

  function report({ offset }: EventRow, problems: readonly string[], sealedAt: bigint | undefined): void {
    if (sealedAt === undefined) {
      findings.add({ kind: 'changed', offset, detail: ['it is not the row that was sealed', ...problems].join('; ') });
    } else {
      const detail = [`its row was sealed at offset ${sealedAt}`, ...problems].join('; ');
      findings.add({ kind: 'reordered', offset, detail });
    }
  }

  function placeOf(row: EventRow): bigint | undefined {
    for (const [offset, prefix] of places) {
      if (offset !== row.offset && leafAt(row, offset)?.startsWith(prefix)) return offset;
    }
    return undefined;
  }

  return {
    add(row, problems) {
      if (rows.length < TRIED_MAX) rows.push({ row, problems });
      else report(row, problems, undefined);
    },
    addPlace(offset, sealedPrefix) {
      if (places.size < TRIED_MAX) places.set(offset, sealedPrefix);
    },
    name() {
      for (const { row, problems } of rows) report(row, problems, placeOf(row));
    },
  };
}

function leafAt(row: EventRow, offset: bigint): string | null {
  if (row.recordedAt === null) return null;
  try {
    return hashLeaf({ ...(row as LeafFields), offset });
  } catch {
    return null;
  }
}
