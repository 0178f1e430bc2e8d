export { type Call, callServer, type Fate, type Network } from './call-server.ts';
export { createJournal, type Journal } from './journal.ts';
export { createScheduler, type Ending, type Scheduled, type Scheduler } from './scheduler.ts';
export { seedRandomness } from './seed-randomness.ts';
export { type Chance, seededChance } from './seeded-chance.ts';
export { createProcess, type SimulatedProcess } from './simulated-process.ts';
