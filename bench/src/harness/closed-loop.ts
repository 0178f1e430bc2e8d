/** A closed loop: `lanes` workers, each of which starts its next operation when its last one has finished. */
import { systemClock } from '@northwind/service-kit';

export interface LoopOptions {
  readonly lanes: number;
  readonly seconds: number;
  /** Work that is done and not counted: connections, plans and code are warm by then. */
  readonly warmUpSeconds: number;
  readonly signal: AbortSignal;
}

export interface LoopResult {
  /** Units a second, without the warm-up. */
  readonly rate: number;
  /** Units in all, with the warm-up. */
  readonly total: number;
}

/** `operation` returns how many units it did; 0 says that there is nothing left to do. */
export async function closedLoop(
  operation: (lane: number) => Promise<number>,
  { lanes, seconds, warmUpSeconds, signal }: LoopOptions,
): Promise<LoopResult> {
  const phase = async (limitSeconds: number) => {
    const startMs = systemClock.monotonicMs();
    let units = 0;
    const work = async (lane: number) => {
      while (systemClock.monotonicMs() - startMs < limitSeconds * 1000) {
        signal.throwIfAborted();
        const done = await operation(lane);
        if (done === 0) return;
        units += done;
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
    return { units, elapsedSeconds: (systemClock.monotonicMs() - startMs) / 1000 };
  };
  const warmUp = await phase(warmUpSeconds);
  const { units, elapsedSeconds } = await phase(seconds);
  return { rate: units / elapsedSeconds, total: warmUp.units + units };
}
