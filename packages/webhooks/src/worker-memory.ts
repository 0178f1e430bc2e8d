/**
 * The environment that a worker's process is started with, so that its memory follows what it has in hand: one arena
 * for all threads, since decompression in several of them leaves each full of holes, and little room for short-lived
 * objects, which V8 otherwise lets pile up as far as the machine has memory. Neither can be set from inside.
 */
export const WORKER_MEMORY = {
  MALLOC_ARENA_MAX: '1',
  NODE_OPTIONS: '--max-semi-space-size=2',
} as const satisfies Readonly<Record<string, string>>;
