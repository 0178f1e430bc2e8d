import { useState } from 'react';

export interface Flash {
  /** Alternates with each change, so that a CSS animation named after it starts again; undefined before the first. */
  readonly beat: 'a' | 'b' | undefined;
  readonly delta: bigint;
}

/** Notices that an amount or an offset has changed while it was on screen. */
export function useFlash(value: bigint): Flash {
  const [seen, setSeen] = useState({ value, delta: 0n, changes: 0 });
  if (seen.value !== value) setSeen({ value, delta: value - seen.value, changes: seen.changes + 1 });
  if (seen.changes === 0) return { beat: undefined, delta: 0n };
  return { beat: seen.changes % 2 === 0 ? 'a' : 'b', delta: seen.delta };
}
