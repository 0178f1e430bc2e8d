/** What all parts of one history share. */
import type { Chance, Journal, Scheduler } from '@northwind/testing/simulation';
import type { Plan } from './history/draw-plan.ts';

export interface World {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly journal: Journal;
  /** True as long as things go wrong; afterwards everything has to come to rest. */
  faultsGoOn(): boolean;
  /** A fault with this probability, and only as long as faults go on. */
  fault(probability: number): boolean;
  /** A promise was broken. The first one ends the history. */
  violate(promise: string, detail: string): void;
}

export interface Violation {
  readonly promise: string;
  readonly detail: string;
}
