import { useEffect, useState } from 'react';

/** The value once it has stood still for a while: a screen reader hears where things ended up, not each step. */
export function useSteady<Value>(value: Value, forMs: number): Value {
  const [steady, setSteady] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSteady(value), forMs);
    return () => clearTimeout(timer);
  }, [value, forMs]);
  return steady;
}
