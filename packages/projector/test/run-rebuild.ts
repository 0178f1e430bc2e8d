/** A process that rebuilds and says where it is, until it is done or killed: run-rebuild.ts <url> [events a second]. */
import { openDatabase } from '@northwind/service-kit';
import { rebuild } from '../src/generations/rebuild.ts';
import { rebuildSessions } from '../src/generations/rebuild-sessions.ts';
import type { ReadTables } from '../src/tables.ts';

const [url = '', rate] = process.argv.slice(2);
const LANES = 2;
await using database = openDatabase<ReadTables>({ url, applicationName: 'rebuild', ...rebuildSessions(LANES) });
const { comparison } = await rebuild({
  database,
  lanes: LANES,
  ...(rate !== undefined && { eventsPerSecondMax: Number(rate) }),
  onStep: (step) => console.log(step.step === 'indexing' ? `indexing ${step.left}` : step.step),
});
console.log(comparison.isEqual ? 'equal' : 'different');
