/** Reads one partition from its first offset to its head and holds every row against what it must be. */
import type { Instant } from '@northwind/events';
import type { Clock } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { LedgerTables } from '../tables.ts';
import { createRowCheck } from './check-row.ts';
import { createTallyCheck } from './check-tallies.ts';
import { createFindings, type Finding, type Findings } from './finding.ts';
import { createSealMatch } from './match-seals.ts';
import { type PartitionPlan, readRowsAboveHead } from './read-plan.ts';
import { type EventRow, readPages } from './read-rows.ts';

export interface PartitionReport {
  readonly partition: number;
  /** Rows read. */
  readonly events: number;
  /** Blocks of the chain. */
  readonly blocks: number;
  /** Events below the head that no seal covers yet. */
  readonly unsealed: bigint;
  readonly findings: readonly Finding[];
  /** Offsets concerned; more than `findings` name when there are very many. */
  readonly findingCount: bigint;
}

export interface PartitionWish {
  readonly plan: PartitionPlan;
  readonly partitionCount: number;
  readonly clock: Clock;
  /** Told of rows as they are read. */
  readonly onProgress?: (events: number) => void;
}

const ABOVE_HEAD_MAX = 1_000;

export async function verifyPartition(db: Kysely<LedgerTables>, wish: PartitionWish): Promise<PartitionReport> {
  const { plan, partitionCount, clock, onProgress } = wish;
  const { partition, head, lastBlock } = plan;
  const findings = createFindings(partition);
  const tallies = createTallyCheck();
  const check = createRowCheck(partitionCount, tallies.add);
  const seals = createSealMatch({ db, partition, lastBlock, findings });
  // Up to where anything says that there are events: a lowered head must not hide them.
  const toOffset = later(later(plan.sealedTo, plan.appended), head);
  let events = 0;
  let expected = 0n;
  let recordedAt: Instant = '';
  for await (const rows of readPages(db, { partition, toOffset, clock })) {
    for (const row of rows) {
      const { offset } = row;
      if (offset < 0n) {
        findings.add({ kind: 'added', offset, detail: 'it stands below offset 0' });
        continue;
      }
      if (offset < expected) {
        findings.add({ kind: 'added', offset, detail: 'another row stands at the same offset' });
        continue;
      }
      if (offset > expected) findings.add({ kind: 'missing', offset: expected, toOffset: offset, detail: NO_ROW });
      if (!seals.isAt(offset)) await seals.advance(offset);
      const isSealed = seals.match(row, withOrder(check(row), row, recordedAt));
      // A row that was moved here from further on must not put those after it in the wrong.
      if (isSealed && row.recordedAt !== null) recordedAt = row.recordedAt;
      expected = offset + 1n;
    }
    events += rows.length;
    onProgress?.(rows.length);
  }
  await seals.finish();
  const sealedTo = seals.sealedTo();
  checkCounts(plan, sealedTo, findings);
  const end = later(later(sealedTo, plan.appended), head);
  if (end > expected) findings.add({ kind: 'missing', offset: expected, toOffset: end, detail: NO_ROW });
  for (const offset of await readRowsAboveHead(db, partition, ABOVE_HEAD_MAX)) {
    if (offset >= end) findings.add({ kind: 'added', offset, detail: `it stands above the head, which is ${head}` });
  }
  // Whatever else was found: a row that stays changed must not hide what is done to the money later on.
  const detail = tallies.compare(plan.tallies).join('; ');
  if (detail !== '') findings.add({ kind: 'tally_changed', offset: 0n, detail });
  const unsealed = head > sealedTo ? head - sealedTo : 0n;
  const blocks = seals.blocks();
  return { partition, events, blocks, unsealed, findings: findings.list(), findingCount: findings.count() };
}

function later(one: bigint, other: bigint): bigint {
  if (one > other) return one;
  return other;
}

const NO_ROW = 'there is no such row';

function withOrder(problems: readonly string[], row: EventRow, recordedBefore: Instant): readonly string[] {
  if (row.recordedAt === null || row.recordedAt >= recordedBefore) return problems;
  return [...problems, 'recorded_at is before that of the row below it'];
}

/** What is committed with the events and with the seals: head, tally and the sealer's offset. */
function checkCounts(plan: PartitionPlan, sealedTo: bigint, findings: Findings): void {
  const { head, appended, sealerOffset } = plan;
  if (sealedTo > head || appended > head) {
    const detail = `the head is ${head}, intake has counted ${appended} events and ${sealedTo} are sealed`;
    findings.add({ kind: 'changed', offset: head, detail: `${detail}: the head was lowered` });
  }
  if (appended < head) {
    const detail = `the head is ${head} and intake has counted ${appended} events: some were not appended by the log`;
    findings.add({ kind: 'added', offset: appended, toOffset: head, detail });
  }
  if (sealerOffset > sealedTo) {
    const detail = `the sealer has sealed up to ${sealerOffset}, and these seals are not there`;
    findings.add({ kind: 'seal_broken', offset: sealedTo, toOffset: sealerOffset, detail });
  }
  if (sealerOffset < sealedTo) {
    const detail = `the sealer has sealed up to ${sealerOffset}, and there are seals beyond`;
    findings.add({ kind: 'seal_broken', offset: sealerOffset, toOffset: sealedTo, detail });
  }
}
