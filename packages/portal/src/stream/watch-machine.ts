/** Background tabs are throttled to one tick a minute, so only a longer gap means that the machine slept. */
const TICK_MS = 10_000;
const SLEPT_MS = 90_000;

export interface MachineNews {
  readonly onNetworkLost: () => void;
  readonly onNetworkFound: () => void;
  readonly onWoke: () => void;
}

/** Tells of the network and of sleep, which a socket may not notice for minutes. Returns what ends the watching. */
export function watchMachine(nowMs: () => number, { onNetworkLost, onNetworkFound, onWoke }: MachineNews): () => void {
  let tickedAtMs = nowMs();
  const ticker = setInterval(() => {
    const atMs = nowMs();
    if (atMs - tickedAtMs > SLEPT_MS) onWoke();
    tickedAtMs = atMs;
  }, TICK_MS);
  addEventListener('offline', onNetworkLost);
  addEventListener('online', onNetworkFound);
  return () => {
    clearInterval(ticker);
    removeEventListener('offline', onNetworkLost);
    removeEventListener('online', onNetworkFound);
  };
}
