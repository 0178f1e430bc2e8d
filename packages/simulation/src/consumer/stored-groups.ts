/**
 * What is committed of the consumer groups: their offsets, and what their handlers did. A group's work is judged at
 * every commit: each offset once, in order, and never further than its own offset says.
 */
import type { World } from '../world.ts';

export interface OffsetRow {
  readonly group: string;
  readonly partition: number;
  nextOffset: number;
  /** When it last moved: the claim takes first what has waited longest. */
  movedAtMs: number;
  stoppedReason: string | null;
}

export interface StoredGroups {
  register(group: string): void;
  rows(group: string): readonly OffsetRow[];
  find(group: string, partition: number): OffsetRow | undefined;
  move(row: OffsetRow, nextOffset: number): void;
  stop(row: OffsetRow, reason: string): void;
  /** A handler's work on one event. */
  work(group: string, partition: number, offset: number): void;
  /** Throws nothing: says what is not as it must be when a transaction has committed. */
  check(): void;
  groups(): readonly string[];
}

export function createStoredGroups(world: World): StoredGroups {
  const groups = new Map<string, OffsetRow[]>();
  const worked = new Map<string, number>();
  const keyOf = (group: string, partition: number) => `${group} ${partition}`;

  return {
    register(group) {
      if (groups.has(group)) return;
      const rows = Array.from({ length: world.plan.partitions }, (_, partition) => ({
        ...{ group, partition, nextOffset: 0, movedAtMs: 0 },
        stoppedReason: null as string | null,
      }));
      groups.set(group, rows);
    },
    rows: (group) => groups.get(group) ?? [],
    find: (group, partition) => groups.get(group)?.[partition],
    move(row, nextOffset) {
      row.nextOffset = nextOffset;
      row.movedAtMs = world.scheduler.nowMs();
      world.journal.note('log', `${row.group} is at ${row.partition}:${nextOffset}`);
    },
    stop(row, reason) {
      row.stoppedReason = reason;
      world.violate('no partition stops when every event can be applied', `${row.group}: ${reason}`);
    },
    work(group, partition, offset) {
      const key = keyOf(group, partition);
      const next = worked.get(key) ?? 0;
      if (offset !== next) {
        const at = `${group} worked on ${partition}:${offset} when ${partition}:${next} was next`;
        world.violate('a group works on each offset once and in order', at);
      }
      worked.set(key, offset + 1);
    },
    check() {
      for (const row of [...groups.values()].flat()) {
        const done = worked.get(keyOf(row.group, row.partition)) ?? 0;
        if (done === row.nextOffset) continue;
        const detail = `${row.group} is at ${row.partition}:${row.nextOffset} and has worked up to ${done}`;
        world.violate('work and offset are committed together', detail);
      }
    },
    groups: () => [...groups.keys()],
  };
}
