/** Faults that come at a time of their own, not with a call: outages, stalls, orders to stop. */
import type { SimulatedPostgres } from '../postgres/simulated-postgres.ts';
import type { World } from '../world.ts';
import type { Supervised } from './supervise.ts';

const HALF_DAY_MS = 12 * 3_600_000;

export function plantFaults(world: World, postgres: SimulatedPostgres, processes: readonly Supervised[]): void {
  const { scheduler, chance, journal, plan } = world;
  const plant = (count: number, strike: () => void) => {
    for (let i = 0; i < count; i += 1) scheduler.wake(chance.unit() * plan.faultsMs, strike);
  };
  const outage = (ms: number) => {
    journal.sometimes('database away');
    postgres.crash(ms);
  };

  plant(plan.faults.outages, () => outage(chance.pick([10, 1_000, 30_000])));
  plant(plan.faults.longOutages, () => outage(600_000));
  plant(plan.faults.halfDayOutages, () => outage(HALF_DAY_MS + chance.unit() * 3_600_000));
  plant(plan.faults.stalls, () => {
    journal.sometimes('process stood still');
    chance
      .pick(processes)
      .current()
      ?.process.stall(chance.pick([200, 5_000, 100_000]));
  });
  plant(plan.faults.gracefulStops, () => {
    if (!postgres.isUp()) journal.sometimes('told to stop while the database was away');
    chance.pick(processes).restart();
  });
}
