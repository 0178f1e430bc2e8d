import { openDatabase } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { describeConsumerGroup } from '../../test/describe-consumer-group.ts';
import { payments } from '../../test/events.ts';
import { createEventLog } from '../append/event-log.ts';
import { DOORBELL_LEDGER } from '../doorbell/doorbell.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { LedgerTables } from '../tables.ts';
import { logSource } from './log-source.ts';

describeConsumerGroup('the log', async () => {
  const test = await testDatabase([ledgerMigrations]);
  const database = openDatabase<LedgerTables>({ url: test.url, applicationName: 'conformance', connectionsMax: 12 });
  const log = createEventLog(database);
  let produced = 0;
  return {
    database,
    source: logSource,
    doorbell: DOORBELL_LEDGER,
    async produce(items) {
      const prefix = `p${produced}`;
      produced += 1;
      const all = payments(items, prefix);
      for (let from = 0; from < items; from += 100) await log.append(all.slice(from, from + 100));
    },
    stored: async () => {
      const { rows } = await database.pool.query('select partition, "offset" from ledger.events order by 1, 2');
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
});
