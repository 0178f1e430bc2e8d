/**
 * What waits to be written, by lane, and what of it goes next. A partition of the log is a lane, and so is what can't
 * be an event. A lane is held by the unit that was taken from it until it is released, so whatever becomes of that
 * unit, nothing of the same merchant overtakes it.
 *
 * A unit takes lanes that nobody holds, the fullest first, so that appends which run beside each other lock different
 * heads, and few of them. A lane that has waited long goes before the fullest: under a steady load the fullest are
 * always others. Pure: the time is an argument.
 */
import type { HeldMessage } from '../queue/held-message.ts';

/** The lane of what can't be an event; partitions are the lanes from 0. */
export const REJECTIONS = -1;

export interface Pending<T> {
  readonly lane: number;
  readonly message: HeldMessage;
  readonly content: T;
  readonly sinceMs: number;
}

/** What is written by one call: events of some lanes, or rejections. */
export interface Unit<T> {
  readonly lanes: readonly number[];
  readonly pending: readonly Pending<T>[];
}

export interface LanesOptions {
  readonly batchSizeMax: number;
  /** How long the first message of a unit waits for company, when it waits at all. */
  readonly flushMs: number;
}

export interface Lanes<T> {
  add(pending: Pending<T>): void;
  /** A unit to write now, whose lanes are held from then on; one that `waits` is full, or has waited long enough. */
  take(now: { readonly nowMs: number; readonly waits: boolean }): Unit<T> | null;
  /** When `take` has something even if it waits; Infinity when nothing is in a free lane. */
  dueAtMs(): number;
  release(lanes: readonly number[]): void;
  /** Takes out everything of these lanes, in order. */
  withdraw(lanes: readonly number[]): Pending<T>[];
  /** The lanes that nobody holds and in which something waits. */
  free(): number[];
  /** When the first in a lane was received; Infinity when nothing waits there. */
  receivedAtMs(lane: number): number;
  size(): number;
}

/** Of one unit: a call's parameters stay small even when every body is as long as they may be. */
const UNIT_CHARACTERS_MAX = 2 * 1024 * 1024;
const OVERDUE_MS = 250;

interface Lane<T> {
  readonly id: number;
  waiting: Pending<T>[];
  characters: number;
  isHeld: boolean;
}

export function createLanes<T>({ batchSizeMax, flushMs }: LanesOptions): Lanes<T> {
  const lanes = new Map<number, Lane<T>>();
  const named = (ids: readonly number[]) => ids.flatMap((id) => lanes.get(id) ?? []);
  const free = () => [...lanes.values()].filter((lane) => !lane.isHeld && lane.waiting.length > 0);

  /** Rejections and events are written by different calls. */
  function groups(): Lane<T>[][] {
    const { rejections = [], events = [] } = Object.groupBy(free(), ({ id }) =>
      id === REJECTIONS ? 'rejections' : 'events',
    );
    return [events, rejections].filter((group) => group.length > 0);
  }

  return {
    add(pending) {
      const { lane: id, message } = pending;
      const lane = lanes.get(id) ?? { id, waiting: [], characters: 0, isHeld: false };
      lanes.set(id, lane);
      lane.waiting.push(pending);
      lane.characters += message.body.length;
    },
    take({ nowMs, waits }) {
      const isDue = (group: Lane<T>[]) => isFull(group, batchSizeMax) || nowMs >= oldestMs(group) + flushMs;
      const [group] = groups()
        .filter((candidate) => !waits || isDue(candidate))
        .toSorted((a, b) => oldestMs(a) - oldestMs(b));
      return group ? takeUnit(inOrderOfUrgency(group, nowMs), batchSizeMax) : null;
    },
    dueAtMs: () => Math.min(...groups().map(oldestMs)) + flushMs,
    release(ids) {
      for (const lane of named(ids)) lane.isHeld = false;
    },
    withdraw: (ids) => named(ids).flatMap((lane) => removeFirst(lane, lane.waiting.length)),
    free: () => free().map(({ id }) => id),
    receivedAtMs: (id) => lanes.get(id)?.waiting[0]?.message.receivedAtMs ?? Number.POSITIVE_INFINITY,
    size: () => sum([...lanes.values()], (lane) => lane.waiting.length),
  };
}

function isFull<T>(group: readonly Lane<T>[], batchSizeMax: number): boolean {
  if (sum(group, (lane) => lane.waiting.length) >= batchSizeMax) return true;
  return sum(group, (lane) => lane.characters) >= UNIT_CHARACTERS_MAX;
}

function oldestMs<T>(group: readonly Lane<T>[]): number {
  return Math.min(...group.map(firstSinceMs));
}

function firstSinceMs<T>(lane: Lane<T>): number {
  return lane.waiting[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
}

function inOrderOfUrgency<T>(group: readonly Lane<T>[], nowMs: number): Lane<T>[] {
  const isOverdue = (lane: Lane<T>) => nowMs - firstSinceMs(lane) >= OVERDUE_MS;
  return group.toSorted((a, b) => {
    if (isOverdue(a) || isOverdue(b)) return firstSinceMs(a) - firstSinceMs(b);
    return b.waiting.length - a.waiting.length;
  });
}

function takeUnit<T>(group: readonly Lane<T>[], batchSizeMax: number): Unit<T> {
  const lanes: number[] = [];
  const pending: Pending<T>[] = [];
  let characters = 0;
  for (const lane of group) {
    let count = 0;
    for (const { message } of lane.waiting) {
      if (pending.length + count === batchSizeMax || characters >= UNIT_CHARACTERS_MAX) break;
      characters += message.body.length;
      count += 1;
    }
    if (count === 0) break;
    pending.push(...removeFirst(lane, count));
    lane.isHeld = true;
    lanes.push(lane.id);
  }
  return { lanes, pending };
}

function removeFirst<T>(lane: Lane<T>, count: number): Pending<T>[] {
  const removed = lane.waiting.splice(0, count);
  lane.characters -= sum(removed, ({ message }) => message.body.length);
  return removed;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
