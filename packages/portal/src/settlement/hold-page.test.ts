import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdPage } from './hold-page.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('publishes the first change at once and a burst together, ending with its last', () => {
  const holder = holdPage({ count: 0 });
  const shown: number[] = [];
  holder.subscribe(() => shown.push(holder.published().count));
  for (let count = 1; count <= 50; count += 1) holder.change({ count });
  expect(shown).toEqual([1]);
  expect(holder.current().count).toBe(50);
  vi.advanceTimersByTime(200);
  expect(shown).toEqual([1, 50]);
  vi.advanceTimersByTime(1_000);
  expect(shown).toEqual([1, 50]);
});

it('does not make the reader wait', () => {
  const holder = holdPage({ count: 0 });
  holder.change({ count: 1 });
  holder.changeNow({ count: 2 });
  expect(holder.published().count).toBe(2);
});
