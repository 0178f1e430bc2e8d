import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runFolderPrefix, sweepLeftovers } from '../stack/sweep-leftovers.ts';
import { awaitHeads, awaitSettled } from './await-end.ts';
import { createEventMaker } from './chaos-event.ts';
import type { ChaosOptions, ChaosProgress } from './chaos-options.ts';
import type { ChaosReport } from './chaos-report.ts';
import { type ChaosSystem, startSystem } from './chaos-system.ts';
import { checkAll } from './checks/check-all.ts';
import { readLogins } from './checks/check-logins.ts';
import { type Plan, planMessages } from './plan-messages.ts';
import type { QueueCounts } from './queue/fifo-queue.ts';
import { sendMessages } from './send-messages.ts';
import { strike } from './strike.ts';

/** Processes of the run's own consumer group. */
const CONSUMERS = 2;
/** Share of the messages that is sent before the first kill. */
const SENT_AT_ONCE = 0.1;
/** The events are of the last day, so that none is from the future. */
const EVENTS_BEGIN_AGO_MS = 86_400_000;

/** A system of its own, all of the chaos, and every check. Leaves nothing behind, also when it is aborted. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { clock, signal, seed, events, duplicates } = options;
  const startedMs = clock.monotonicMs();
  await sweepLeftovers('chaos', clock);
  const folder = mkdtempSync(runFolderPrefix('chaos'));
  chmodSync(folder, 0o711); // PostgreSQL runs as an account of its own and has to get through
  await using cleanup = new AsyncDisposableStack();
  let isKept = options.keep;
  cleanup.defer(() => {
    rmSync(path.join(folder, isKept ? 'postgres' : ''), { recursive: true, force: true });
  });
  const maker = createEventMaker(seed, clock.nowMs() - EVENTS_BEGIN_AGO_MS);
  const plan = planMessages({ seed, events, duplicates, maker });
  const progress = createProgress(options, plan.total);
  progress.tell('starting');
  const { writers, projectors } = options;
  const system = await startSystem({ folder, writers, projectors, consumers: CONSUMERS, clock, signal });
  cleanup.defer(() => system.stop());
  progress.watch(system);

  const settling = await settle({ ...options, system, plan, progress });
  progress.tell('catching up');
  const catchUpMs = await awaitHeads({ system, clock, signal });
  const logins = await readLogins(system.databaseUrl, clock);
  const late = await system.stopProcesses();
  progress.tell('checking');
  const { checks, intake } = await checkAll({ system, plan, events, maker, queue: settling.queue, late, logins });
  const passed = checks.every(({ isRight }) => isRight);
  isKept = options.keep && !passed;
  return {
    passed,
    logs: isKept ? path.join(folder, 'logs') : null,
    seed,
    events,
    sent: plan.counts,
    queue: settling.queue,
    intake,
    processes: system.processes.map(({ name, kills, restarts, ownEnds }) => ({ name, kills, restarts, ownEnds })),
    postgresStops: system.postgres.stops,
    postgresAwayMsMax: Math.max(0, ...system.postgres.awayMs),
    settlingMs: settling.settlingMs,
    catchUpMs,
    totalMs: clock.monotonicMs() - startedMs,
    checks,
  };
}

interface Settling extends ChaosOptions {
  readonly system: ChaosSystem;
  readonly plan: Plan;
  readonly progress: ReturnType<typeof createProgress>;
}

/** Sends, kills and waits, all at the same time; what fails of them ends the others. */
async function settle(options: Settling): Promise<{ readonly queue: QueueCounts; readonly settlingMs: number }> {
  const { system, plan, progress, clock } = options;
  const beganMs = clock.monotonicMs();
  const failing = new AbortController();
  const calm = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  const failTogether = <Result>(work: Promise<Result>) =>
    work.catch((error) => {
      failing.abort(error);
      throw error;
    });
  const { queueUrl } = system;
  // However few events there are, they last until everybody has been struck once.
  let turns = 0;
  const allowed = () => plan.total * Math.max(SENT_AT_ONCE, turns / system.processes.length);
  const messages = plan.messages();
  const sending = failTogether(sendMessages({ messages, queueUrl, signal, clock, allowed, onSent: progress.sent }));
  const onTurn = (count: number) => {
    turns = count;
  };
  const striking = failTogether(
    strike({ ...options, share: progress.share, onTurn, signal: AbortSignal.any([signal, calm.signal]) }),
  );
  const settled = failTogether(
    awaitSettled({ system, total: plan.total, clock, signal, onCounts: progress.counts }).finally(() => calm.abort()),
  );
  await Promise.allSettled([sending, striking, settled]);
  await Promise.all([sending, striking]);
  return { queue: await settled, settlingMs: clock.monotonicMs() - beganMs };
}

function createProgress({ clock, onProgress }: ChaosOptions, total: number) {
  const startedMs = clock.monotonicMs();
  let system: ChaosSystem | null = null;
  let [sent, settled] = [0, 0];
  const tell = (phase: ChaosProgress['phase']) =>
    onProgress({
      phase,
      total,
      sent,
      settled,
      kills: system?.processes.reduce((sum, { kills }) => sum + kills, 0) ?? 0,
      postgresStops: system?.postgres.stops ?? 0,
      elapsedMs: clock.monotonicMs() - startedMs,
    });
  return {
    tell,
    watch: (started: ChaosSystem) => {
      system = started;
    },
    sent: (count: number) => {
      sent = count;
    },
    counts: ({ deleted }: QueueCounts) => {
      settled = deleted;
      tell('running');
    },
    share: () => settled / total,
  };
}
