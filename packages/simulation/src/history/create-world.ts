/** The parts that every history has: time, chance, the journal, and who judges. */
import { createJournal, createScheduler, seededChance } from '@northwind/testing/simulation';
import type { Violation, World } from '../world.ts';
import type { Plan } from './draw-plan.ts';

export interface JudgedWorld {
  readonly world: World;
  /** Asked at each await of a process that ends: true kills it there. */
  readonly diesAt: () => boolean;
  awaits(): number;
  violation(): Violation | null;
}

export function createWorld(plan: Plan, keepsLines: boolean): JudgedWorld {
  const chance = seededChance(plan.seed);
  const scheduler = createScheduler(chance);
  const journal = createJournal({ nowMs: scheduler.nowMs, keepsLines });
  const faultsGoOn = () => scheduler.nowMs() < plan.faultsMs;
  let violation: Violation | null = null;
  let awaits = 0;
  let kills = 0;

  const world: World = {
    plan,
    scheduler,
    chance,
    journal,
    faultsGoOn,
    fault: (probability) => probability > 0 && faultsGoOn() && chance.happens(probability),
    violate(promise, detail) {
      journal.note('VIOLATION', `${promise}: ${detail}`);
      violation ??= { promise, detail };
    },
  };

  function diesAt(): boolean {
    awaits += 1;
    const dies = awaits === plan.killAtAwait || (kills < plan.faults.killsMax && world.fault(plan.faults.kill));
    if (dies) kills += 1;
    return dies;
  }

  return { world, diesAt, awaits: () => awaits, violation: () => violation };
}
