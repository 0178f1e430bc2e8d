// The one place where the page asks the machine for time and chance; everything else is handed them.

export const nowMs = (): number => Date.now();

/** 0 ≤ chance < 1, for jitter. */
export function drawChance(): number {
  const [draw = 0] = crypto.getRandomValues(new Uint32Array(1));
  return draw / 2 ** 32;
}
