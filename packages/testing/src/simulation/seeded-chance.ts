/** Chance that a seed decides: the same seed gives the same numbers, on every machine. Never for secrets. */
export interface Chance {
  /** In [0, 1). */
  unit(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  happens(probability: number): boolean;
  /** Throws for an empty list. */
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** sfc32, a generator that passes PractRand, with its state spread from the seed by splitmix32. */
export function seededChance(seed: number): Chance {
  const next = splitmix32(seed);
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;

  const unit = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i += 1) unit();

  const between = (low: number, high: number) => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    between,
    happens: (probability) => unit() < probability,
    pick(list) {
      const picked = list[between(0, list.length - 1)];
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return picked as (typeof list)[number];
    },
    shuffled(list) {
      const cards = [...list];
      for (let i = cards.length - 1; i > 0; i -= 1) {
        const j = between(0, i);
        [cards[i], cards[j]] = [cards[j] as (typeof cards)[number], cards[i] as (typeof cards)[number]];
      }
      return cards;
    },
  };
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
