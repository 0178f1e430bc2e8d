/**
 * What the writer's three ways of calling the queue say of its health together. It fails while one of them does: a
 * receiver that gets messages must not hide that none of them can be deleted, which makes dead letters of them all.
 */
import type { Clock, Health } from '@northwind/service-kit';

export type QueueCall = 'receiving' | 'deleting' | 'extending';

export interface QueueHealth {
  worked(call: QueueCall): void;
  failed(call: QueueCall, cause: unknown): void;
}

export interface QueueHealthOptions {
  readonly health: Health;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly visibilitySeconds: number;
}

/**
 * Receiving is tried until it works. What could not be deleted or extended is not: it comes again within its visibility
 * time, perhaps to another writer, and fails again then if it still has cause to. What failed longer ago than this many
 * visibility times says nothing of now.
 */
const VISIBILITIES_REMEMBERED = 2;

export function createQueueHealth({ health, clock, visibilitySeconds }: QueueHealthOptions): QueueHealth {
  const rememberedMs = VISIBILITIES_REMEMBERED * visibilitySeconds * 1_000;
  const troubles = new Map<QueueCall, { readonly detail: string; readonly atMs: number }>();

  function report(): void {
    const nowMs = clock.monotonicMs();
    for (const [call, { atMs }] of troubles) {
      if (call !== 'receiving' && nowMs - atMs > rememberedMs) troubles.delete(call);
    }
    const details = [...troubles].map(([call, { detail }]) => `${call}: ${detail}`);
    if (details.length === 0) health.set('queue', 'ok');
    else health.set('queue', 'failing', details.join('; '));
  }

  return {
    worked(call) {
      troubles.delete(call);
      report();
    },
    failed(call, cause) {
      troubles.set(call, { detail: cause instanceof Error ? cause.message : String(cause), atMs: clock.monotonicMs() });
      report();
    },
  };
}
