import { verifyLog } from '@northwind/event-store';
import { type Check, Wrongs } from './finding.ts';

const APPLICATION_NAME = 'chaos-verify';

/** What `settle verify` does: every row again, against its key, its fingerprint and its seal. */
export async function checkSeals(databaseUrl: string): Promise<Check> {
  const wrongs = new Wrongs();
  const report = await verifyLog({ database: { url: databaseUrl, applicationName: APPLICATION_NAME }, parallel: 1 });
  for (const { kind, partition, offset } of report.findings) wrongs.add(`${partition}:${offset} ${kind}`);
  if (report.blocks === 0) wrongs.add('no block was sealed');
  const { events, blocks, unsealed } = report;
  return wrongs.check(
    'seals verify',
    `${events} events read again, ${blocks} blocks, ${unsealed} events not sealed yet`,
  );
}
