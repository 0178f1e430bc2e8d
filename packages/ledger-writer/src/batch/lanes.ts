/**
 * What waits to be written, by lane, and what of it goes next. A partition of the log is a lane, and so is what can't be
 * an event. A lane is held by the unit that was taken from it until it is released, so whatever becomes of that unit,
 * nothing of the same merchant overtakes it.
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
  /** How long the first message waits for company while another unit is being written. */
  readonly flushMs: number;
}

export interface Lanes<T> {
  add(pending: Pending<T>): void;
  /** A unit to write now, whose lanes are held from then on. `beside` says that another is being written. */
  take(now: { readonly nowMs: number; readonly beside: boolean }): Unit<T> | null;
  /** When `take` beside another has something at the latest; Infinity when nothing waits in a free lane. */
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
const UNIT_CHARACTERS_MAX = 8 * 1024 * 1024;
const OVERDUE_MS = 250;

interface Lane<T> {
  readonly id: number;
  waiting: Pending<T>[];
  characters: number;
  isHeld: boolean;
}

export function createLanes<T>({ batchSizeMax, flushMs }: LanesOptions): Lanes<T> {
  const lanes = new Map<number, Lane<T>>();
  let size = 0;

  const firstSinceMs = (lane: Lane<T>) => lane.waiting[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
  const freeLanes = () => [...lanes.values()].filter((lane) => !lane.isHeld && lane.waiting.length > 0);

  /** Rejections and events are written by different calls. */
  function groups(): Lane<T>[][] {
    const free = freeLanes();
    const rejections = free.filter(({ id }) => id === REJECTIONS);
    const events = free.filter(({ id }) => id !== REJECTIONS);
    return [events, rejections].filter((group) => group.length > 0);
  }

  const isFull = (group: readonly Lane<T>[]) =>
    sum(group, (lane) => lane.waiting.length) >= batchSizeMax ||
    sum(group, (lane) => lane.characters) >= UNIT_CHARACTERS_MAX;
  const oldestMs = (group: readonly Lane<T>[]) => Math.min(...group.map(firstSinceMs));

  function takeFrom(group: Lane<T>[], nowMs: number): Unit<T> {
    const isOverdue = (lane: Lane<T>) => nowMs - firstSinceMs(lane) >= OVERDUE_MS;
    const byUrgency = group.toSorted((a, b) => {
      if (isOverdue(a) || isOverdue(b)) return firstSinceMs(a) - firstSinceMs(b);
      return b.waiting.length - a.waiting.length;
    });
    const taken: Lane<T>[] = [];
    const pending: Pending<T>[] = [];
    let characters = 0;
    for (const lane of byUrgency) {
      let count = 0;
      for (const { message } of lane.waiting) {
        if (pending.length + count === batchSizeMax || characters >= UNIT_CHARACTERS_MAX) break;
        characters += message.body.length;
        count += 1;
      }
      if (count === 0) break;
      pending.push(...remove(lane, count));
      lane.isHeld = true;
      taken.push(lane);
    }
    return { lanes: taken.map(({ id }) => id), pending };
  }

  function remove(lane: Lane<T>, count: number): Pending<T>[] {
    const removed = lane.waiting.splice(0, count);
    lane.characters -= sum(removed, ({ message }) => message.body.length);
    size -= removed.length;
    return removed;
  }

  return {
    add(pending) {
      const { lane: id, message } = pending;
      const lane = lanes.get(id) ?? { id, waiting: [], characters: 0, isHeld: false };
      lanes.set(id, lane);
      lane.waiting.push(pending);
      lane.characters += message.body.length;
      size += 1;
    },
    take({ nowMs, beside }) {
      const ready = beside ? (group: Lane<T>[]) => isFull(group) || nowMs >= oldestMs(group) + flushMs : () => true;
      const [group] = groups()
        .filter(ready)
        .toSorted((a, b) => oldestMs(a) - oldestMs(b));
      return group ? takeFrom(group, nowMs) : null;
    },
    dueAtMs: () => Math.min(...groups().map(oldestMs)) + flushMs,
    release(ids) {
      for (const id of ids) {
        const lane = lanes.get(id);
        if (lane) lane.isHeld = false;
      }
    },
    withdraw: (ids) =>
      ids.flatMap((id) => {
        const lane = lanes.get(id);
        return lane ? remove(lane, lane.waiting.length) : [];
      }),
    free: () => freeLanes().map(({ id }) => id),
    receivedAtMs: (id) => lanes.get(id)?.waiting[0]?.message.receivedAtMs ?? Number.POSITIVE_INFINITY,
    size: () => size,
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
