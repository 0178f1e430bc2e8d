/** What a rebuild tells while it works: how far the events are, then a line for each step that follows. */
import type { RebuildStep } from '@northwind/projector';
import { systemClock } from '@northwind/service-kit';
import { formatNumber } from '../cli/format-number.ts';
import { createProgress } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';

export interface RebuildProgress {
  onStep(step: RebuildStep): void;
  onApplied(events: number): void;
  stop(): void;
}

export function createRebuildProgress(terminal: Terminal): RebuildProgress {
  let filling: Filling | null = null;
  let isIndexing = false;
  const stop = () => {
    filling?.stop();
    filling = null;
  };
  return {
    stop,
    onStep(step) {
      stop();
      const { generation } = step;
      if (step.step === 'filling') {
        terminal.err(describeFilling(step));
        filling = showFilling(terminal, Number(step.events));
      } else if (step.step === 'comparing') {
        terminal.err(`generation ${generation} is compared`);
      } else if (!isIndexing) {
        isIndexing = true;
        terminal.err(`generation ${generation} gets its indexes`);
      }
    },
    onApplied: (events) => filling?.add(events),
  };
}

function describeFilling({ generation, isNew, events }: Extract<RebuildStep, { step: 'filling' }>): string {
  return isNew
    ? `generation ${generation} is made: ${formatNumber(events)} events to apply`
    : `generation ${generation} goes on: ${formatNumber(events)} events left to apply`;
}

interface Filling {
  add(events: number): void;
  stop(): void;
}

function showFilling(terminal: Terminal, total: number): Filling {
  const progress = createProgress({ terminal, clock: systemClock, label: 'rebuild', total, unit: 'events' });
  const startedMs = systemClock.monotonicMs();
  let done = 0;
  return {
    stop: () => progress.stop(),
    add(events) {
      done += events;
      const perSecond = done / Math.max(0.001, (systemClock.monotonicMs() - startedMs) / 1_000);
      const leftSeconds = Math.ceil(Math.max(0, total - done) / Math.max(1, perSecond));
      const note = `${formatNumber(Math.round(perSecond))} events/s, ${leftSeconds} s left`;
      progress.update(Math.min(done, total), note);
    },
  };
}
