import { useEffect, useState } from 'react';
import { nowMs } from '../platform/browser-clock.ts';

/** The time, renewed every so often while `running`; it stands still otherwise, as everything on a paused page does. */
export function useNow(everyMs: number, running = true): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    if (!running) return;
    setNow(nowMs());
    const timer = setInterval(() => setNow(nowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return now;
}
