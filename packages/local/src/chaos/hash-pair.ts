/** Chance by name: for each number and purpose a value in [0, 1) that any process with the seed finds again. */
export function hashPair(seed: string): (number: number, purpose: string) => number {
  const start = fnv(0x811c9dc5, seed);
  const purposes = new Map<string, number>();
  return (number, purpose) => {
    let word = purposes.get(purpose);
    if (word === undefined) {
      word = fnv(start, `\0${purpose}`);
      purposes.set(purpose, word);
    }
    return mix(word ^ Math.imul(number + 1, 0x9e3779b1)) / 2 ** 32;
  };
}

function fnv(start: number, text: string): number {
  let word = start;
  for (let at = 0; at < text.length; at += 1) word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
  return word | 0;
}

/** The finalizer of murmur3, twice: neighbouring numbers give values that have nothing to do with each other. */
function mix(value: number): number {
  let word = value;
  for (let round = 0; round < 2; round += 1) {
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    word = (word ^ (word >>> 16)) + 0x27d4eb2f;
  }
  return word >>> 0;
}
