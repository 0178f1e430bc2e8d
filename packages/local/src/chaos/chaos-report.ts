import type { IntakeFound } from './checks/check-intake.ts';
import type { Check } from './checks/finding.ts';
import type { MessageKind } from './plan-messages.ts';
import type { QueueCounts } from './queue/fifo-queue.ts';

export interface ChaosReport {
  readonly passed: boolean;
  /** Where the logs of its processes are, when they were to be kept. */
  readonly logs: string | null;
  readonly seed: string;
  readonly events: number;
  readonly sent: Readonly<Record<MessageKind, number>>;
  readonly queue: QueueCounts;
  readonly intake: IntakeFound;
  readonly processes: readonly ProcessReport[];
  readonly postgresStops: number;
  /** From a stop to the first answer after it, the longest of the run. */
  readonly postgresAwayMsMax: number;
  /** From the first message to the last deletion. */
  readonly settlingMs: number;
  /** Until every group was at the head, after that. */
  readonly catchUpMs: number;
  readonly totalMs: number;
  readonly checks: readonly Check[];
}

export interface ProcessReport {
  readonly name: string;
  readonly kills: number;
  readonly restarts: number;
  readonly ownEnds: number;
}
