/**
 * Puts the seed in the place of the process's own chance, so that a backoff with jitter waits the same time in each run
 * of a history. Returns what puts it back.
 */
import type { Chance } from './seeded-chance.ts';

export function seedRandomness(chance: Chance): () => void {
  const own = Object.getOwnPropertyDescriptor(Math, 'random');
  Object.defineProperty(Math, 'random', { ...own, value: chance.unit });
  return () => void Object.defineProperty(Math, 'random', own ?? {});
}
