/** A consumer in a process of its own, to be killed: `node consumer-process.ts <database url> <name>`. */
import { createLogger, openDatabase, systemClock } from '@northwind/service-kit';
import { createConsumer, DOORBELL_LEDGER, logSource } from '../src/index.ts';
import type { LedgerTables } from '../src/tables.ts';
import { recordSlowly } from './record-slowly.ts';

const [url = '', name = ''] = process.argv.slice(2);
const consumer = createConsumer({
  database: openDatabase<LedgerTables>({ url, applicationName: name, connectionsMax: 4 }),
  group: 'g',
  source: logSource,
  doorbell: DOORBELL_LEDGER,
  logger: createLogger({ name, level: 'error' }),
  clock: systemClock,
  ...recordSlowly(name),
});
await consumer.start();
