import { createEventLog, ledgerMigrations } from '@northwind/event-store';
import { parseEvent, paymentCaptured, toJson } from '@northwind/events';
import { createProjector, readMigrations } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { silentLogger, testDatabase } from '@northwind/testing';
import { sql } from 'kysely';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

/** As somebody runs it, in front of this database. */
async function settle(databaseUrl: string, ...commandLine: string[]) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const terminal = { out: say, err: say, isInteractive: false, color: createColors(false) };
  const exitCode = await runCli(commandLine, { env: { DATABASE_URL: databaseUrl }, terminal });
  return { exitCode, said: said.join('\n') };
}

const open = (url: string) => openDatabase<ReadTables>({ url, applicationName: 'test', connectionsMax: 6 });

test('--min-offset waits until the event is applied, and what is printed holds it', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  await using opened = open(database.url);
  const money = { amount: 12_345, fee: 345, currency: 'EUR' };
  const captured = paymentCaptured({
    merchantId: 'mer_001',
    paymentId: 'pay_1',
    ...money,
    time: '2026-11-01T00:00:00Z',
  });
  const parsed = parseEvent(toJson(captured), { receivedAtMs: systemClock.nowMs() });
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  await createEventLog(opened).append([{ event: parsed.event, messageId: null }]);

  const asked = settle(database.url, 'balances', '--merchant', 'mer_001', '--min-offset', '4:0');
  const early = await Promise.race([asked, systemClock.sleep(300).then(() => 'still waiting')]);
  expect(early).toBe('still waiting');
  const projector = createProjector({ database: opened, logger: silentLogger(), clock: systemClock });
  await projector.start();
  expect(await asked).toEqual({ exitCode: 0, said: expect.stringContaining('120.00 EUR') });
  await projector.stop();
});

test('--min-offset in another partition than the merchant’s is refused with the right one', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  for (const command of ['balances', 'payouts', 'statements']) {
    expect(await settle(database.url, command, '--merchant', 'mer_001', '--min-offset', '5:7')).toEqual({
      exitCode: 2,
      said: expect.stringMatching(/--min-offset: mer_001 is in partition 4[\s\S]*wait for 4:<offset>/),
    });
  }
  expect((await settle(database.url, 'balances', '--min-offset', '99:0')).said).toContain('there is no partition 99');
});

test('what needs the journal of a generation that has none says what to do, with exit code 1', async () => {
  await using database = await testDatabase([ledgerMigrations, readMigrations]);
  await using opened = open(database.url);
  await sql`drop table read_g1.journal, read_g1.statements cascade`.execute(opened.db);
  for (const command of [['trial-balance'], ['statements', '--merchant', 'mer_001']]) {
    expect(await settle(database.url, ...command)).toEqual({
      exitCode: 1,
      said: expect.stringMatching(/this generation of the read models has no \w+; settle rebuild makes one that has/),
    });
  }
});
