import { createService } from './create-service.ts';
import type { Service } from './service.ts';

/**
 * One Service out of several: they start in order, each when the one before is ready, and stop last-in first-out.
 * When one fails to start, those before it are stopped and the failure is thrown.
 */
export function serviceStack(name: string, services: readonly Service[]): Service {
  return createService({
    name,
    start: async (signal) => {
      const begun: Service[] = [];
      try {
        for (const service of services) {
          signal.throwIfAborted();
          begun.push(service);
          await startUnlessAborted(service, signal);
        }
        signal.throwIfAborted();
      } catch (error) {
        // What keeps the stack from starting is worth more than what goes wrong while it unwinds.
        await stopInReverse(begun).catch(() => undefined);
        throw error;
      }
    },
    stop: () => stopInReverse(services),
  });
}

async function startUnlessAborted(service: Service, signal: AbortSignal): Promise<void> {
  const abort = () => void service.stop().catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await service.start();
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Stops every one of them, whatever the others do; throws afterwards what went wrong. */
async function stopInReverse(services: readonly Service[]): Promise<void> {
  const errors: unknown[] = [];
  for (const service of services.toReversed()) {
    await service.stop().catch((error: unknown) => errors.push(error));
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} services failed to stop`);
}
