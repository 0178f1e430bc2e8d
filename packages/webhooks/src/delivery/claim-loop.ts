import {
  type Alarm,
  backoff,
  type Clock,
  createService,
  type Health,
  type Logger,
  type Service,
} from '@northwind/service-kit';
import { POLL_MS } from '../limits.ts';

export interface ClaimLoopOptions {
  readonly name: string;
  /** Returns whether anything was claimed. */
  readonly claimOnce: (isStopping: () => boolean) => Promise<boolean>;
  readonly alarm: Alarm;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health?: Health;
  /** Called when no more is claimed; the service has stopped when it resolves. */
  readonly drain: () => Promise<void>;
}

const FAILURE_DELAY_MS = backoff({ baseMs: 100, capMs: 5_000 });

/** Claims when it is rung, and at a growing interval when it isn't: what nobody rings for is found all the same. */
export function createClaimLoop(options: ClaimLoopOptions): Service {
  const { name, claimOnce, alarm, logger, health } = options;
  let stopping = false;
  let running = Promise.resolve();

  async function run(): Promise<void> {
    let pollMs: number = POLL_MS.first;
    let failures = 0;
    while (!stopping) {
      try {
        const found = await claimOnce(() => stopping);
        failures = 0;
        health?.set(name, 'ok');
        pollMs = found ? POLL_MS.first : Math.min(pollMs * 2, POLL_MS.last);
        if (!stopping && (await alarm.wait(pollMs))) pollMs = POLL_MS.first;
      } catch (error) {
        failures += 1;
        health?.set(name, 'failing', error instanceof Error ? error.message : String(error));
        logger.error({ event: 'deliveries.not_claimed', error, failures }, 'claiming failed; tried again');
        await alarm.wait(FAILURE_DELAY_MS(failures));
      }
    }
  }

  return createService({
    name,
    start: async () => {
      stopping = false;
      running = run();
    },
    stop: async () => {
      stopping = true;
      alarm.ring();
      await running;
      await options.drain();
    },
  });
}
