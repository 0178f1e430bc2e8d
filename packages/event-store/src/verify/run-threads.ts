/** Gives partitions to threads, the largest first, each thread the next one when it has finished one. */
import { Worker } from 'node:worker_threads';
import type { VerifyDatabase } from './verify-log.ts';
import type { PartitionReport, PartitionWish } from './verify-partition.ts';

export type ThreadWish = Omit<PartitionWish, 'clock' | 'onProgress'>;

/** What a thread says. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly events: number }
  | { readonly kind: 'report'; readonly report: PartitionReport };

export interface ThreadsOptions {
  readonly database: VerifyDatabase;
  readonly wishes: readonly ThreadWish[];
  readonly parallel: number;
  readonly onProgress?: (events: number) => void;
}

export async function runThreads(options: ThreadsOptions): Promise<PartitionReport[]> {
  const { database, wishes, onProgress } = options;
  const waiting = wishes.toSorted((a, b) => Number(a.plan.head - b.plan.head));
  const reports: PartitionReport[] = [];

  async function runThread(): Promise<void> {
    const worker = new Worker(new URL('./verify-thread.ts', import.meta.url), { workerData: database });
    try {
      await new Promise<void>((resolve, reject) => {
        const next = () => {
          const wish = waiting.pop();
          if (wish === undefined) resolve();
          else worker.postMessage(wish);
        };
        worker.on('message', (message: ThreadMessage) => {
          if (message.kind === 'progress') return onProgress?.(message.events);
          reports.push(message.report);
          next();
        });
        worker.on('error', reject);
        worker.on('exit', (code) => reject(new Error(`a thread of verify ended by itself with code ${code}`)));
        next();
      });
    } finally {
      await worker.terminate();
    }
  }

  const threads = Math.min(options.parallel, wishes.length);
  await Promise.all(Array.from({ length: threads }, runThread));
  return reports.toSorted((a, b) => a.partition - b.partition);
}
