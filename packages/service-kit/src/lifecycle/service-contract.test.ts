import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLoop } from './create-loop.ts';
import { createService } from './create-service.ts';
import type { Service } from './service.ts';
import { serviceStack } from './service-stack.ts';

// One stress test for everything that is a Service: any calls, in any order, at any distance, with starts that fail.

interface Subject {
  readonly service: Service;
  /** How many things of it run. */
  readonly running: () => number;
  readonly violations: () => number;
  readonly runningWhenStarted: number;
}

interface Probe {
  running: number;
  starts: number;
  /** Calls that came while another was under way, or out of place. */
  violations: number;
}

const newProbe = (): Probe => ({ running: 0, starts: 0, violations: 0 });

const call = fc.record({
  kind: fc.constantFrom('start' as const, 'stop' as const),
  // Turns of the event loop to let go by before the next call; 0 is the same instant.
  turnsAfter: fc.integer({ min: 0, max: 4 }),
});

const faults = fc.array(fc.boolean(), { maxLength: 6 });

const subjects: Record<string, (failingStarts: readonly boolean[]) => Subject> = {
  createService: (failingStarts) => {
    const probe = newProbe();
    return { service: slowService(probe, failingStarts), ...totals([probe]), runningWhenStarted: 1 };
  },
  'createService that honours the signal': (failingStarts) => {
    const probe = newProbe();
    const service = slowService(probe, failingStarts, { honoursSignal: true });
    return { service, ...totals([probe]), runningWhenStarted: 1 };
  },
  serviceStack: (failingStarts) => {
    const probes = Array.from({ length: 3 }, newProbe);
    const services = probes.map((probe, index) => slowService(probe, index === 1 ? failingStarts : []));
    return { service: serviceStack('stack', services), ...totals(probes), runningWhenStarted: 3 };
  },
  'serviceStack in a serviceStack': (failingStarts) => {
    const probes = Array.from({ length: 2 }, newProbe);
    const services = probes.map((probe, index) =>
      serviceStack(`inner ${index}`, [slowService(probe, index === 1 ? failingStarts : [], { honoursSignal: true })]),
    );
    return { service: serviceStack('outer', services), ...totals(probes), runningWhenStarted: 2 };
  },
  createLoop: () => {
    let running = 0;
    const run = async () => {
      running += 1;
      await turn();
      running -= 1;
    };
    const onError = (error: unknown) => expect.unreachable(String(error));
    const service = createLoop({ name: 'loop', run, onError });
    return { service, running: () => running, violations: () => 0, runningWhenStarted: -1 };
  },
};

describe.each(Object.entries(subjects))('%s', (_name, build) => {
  test('keeps the contract whatever is called when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), faults, async (calls, failingStarts) => {
        const { service, running, violations, runningWhenStarted } = build(failingStarts);
        const pending: Promise<unknown>[] = [];
        for (const { kind, turnsAfter } of calls) {
          pending.push(service[kind]().catch(() => undefined));
          for (let turns = 0; turns < turnsAfter; turns += 1) await turn();
        }
        await Promise.all(pending);

        await service.stop();
        expect(running()).toBe(0);
        await service.stop();

        // Whatever was planned to fail has failed by then or fails now; then it starts as if nothing had been.
        for (let attempt = 0; attempt <= failingStarts.length; attempt += 1)
          await service.start().catch(() => undefined);
        await service.start();
        if (runningWhenStarted >= 0) expect(running()).toBe(runningWhenStarted);
        await service.start();
        await service.stop();
        expect(running()).toBe(0);
        expect(violations()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

function totals(probes: readonly Probe[]): Pick<Subject, 'running' | 'violations'> {
  return {
    running: () => probes.reduce((sum, probe) => sum + probe.running, 0),
    violations: () => probes.reduce((sum, probe) => sum + probe.violations, 0),
  };
}

function slowService(
  probe: Probe,
  failingStarts: readonly boolean[],
  { honoursSignal = false }: { honoursSignal?: boolean } = {},
): Service {
  let busy = false;
  const alone = async (runningBefore: number, work: () => Promise<void>) => {
    // Counted and not thrown: whoever calls a service in this test ignores what it throws.
    if (busy || probe.running !== runningBefore) probe.violations += 1;
    busy = true;
    await work().finally(() => {
      busy = false;
    });
  };
  return createService({
    name: 'slow',
    start: (signal) =>
      alone(0, async () => {
        const fails = failingStarts[probe.starts] ?? false;
        probe.starts += 1;
        await turn();
        await turn();
        if (honoursSignal) signal.throwIfAborted();
        if (fails) throw new Error('failed to start');
        probe.running += 1;
      }),
    stop: () =>
      alone(1, async () => {
        await turn();
        probe.running -= 1;
      }),
  });
}
