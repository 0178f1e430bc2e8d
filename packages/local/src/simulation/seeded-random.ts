/** Chance that can be repeated: the same seed gives the same numbers on every machine. Not for secrets. */
export interface Random {
  /** From 0 up to but not including 1. */
  unit(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Around 0 with standard deviation 1 (the sum of twelve uniform numbers, less six). */
  normal(): number;
}

/** sfc32, a small fast counting generator by Chris Doty-Humphrey that passes PractRand, seeded by hashing a text. */
export function seededRandom(seed: string): Random {
  let [a, b, c, counter] = hashSeed(seed);
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  const unit = () => next() / 2 ** 32;
  const integer = (min: number, max: number) => min + Math.floor(unit() * (max - min + 1));
  return {
    unit,
    integer,
    chance: (probability) => unit() < probability,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
    normal: () => {
      let sum = -6;
      for (let each = 0; each < 12; each += 1) sum += unit();
      return sum;
    },
  };
}

/** Four words of state: FNV-1a over the text, begun at four different values. */
function hashSeed(seed: string): [number, number, number, number] {
  const hash = (start: number) => {
    let word = start;
    for (let at = 0; at < seed.length; at += 1) word = Math.imul(word ^ seed.charCodeAt(at), 0x01000193);
    return word | 0;
  };
  return [hash(0x811c9dc5), hash(0x9e3779b9), hash(0x85ebca6b), 1];
}
