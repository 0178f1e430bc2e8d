/**
 * Chooses one of n with the skew of Zipf's law: the k-th is chosen in proportion to 1/k, so of 500 merchants the
 * largest has 15 % of all events, the first ten have 43 %, and the smallest 0.03 %.
 */
export function skewedChoice(n: number): (unit: number) => number {
  const bounds = skewBounds(n);
  return (unit) => {
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] ?? 1) > unit) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Where in [0, 1) the share of each but the last ends, ascending. */
export function skewBounds(n: number): number[] {
  const shares = Array.from({ length: n }, (_, k) => 1 / (k + 1));
  const sum = shares.reduce((a, b) => a + b, 0);
  let end = 0;
  return shares.slice(0, -1).map((share) => {
    end += share / sum;
    return end;
  });
}
