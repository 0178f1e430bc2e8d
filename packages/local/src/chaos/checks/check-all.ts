import pg from 'pg';
import type { EventMaker } from '../chaos-event.ts';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Plan } from '../plan-messages.ts';
import type { QueueCounts } from '../queue/fifo-queue.ts';
import { checkBalances, checkOffsets, checkSeen } from './check-consumers.ts';
import { checkIntake, type IntakeFound } from './check-intake.ts';
import { checkLog } from './check-log.ts';
import { checkLogins, type Login } from './check-logins.ts';
import { checkRebuild } from './check-rebuild.ts';
import { checkSeals } from './check-seals.ts';
import { type Check, Wrongs } from './finding.ts';

export interface CheckOptions {
  readonly system: ChaosSystem;
  readonly plan: Plan;
  readonly events: number;
  readonly maker: EventMaker;
  readonly queue: QueueCounts;
  /** Processes that SIGTERM did not end in time. */
  readonly late: readonly string[];
  /** Who was connected as whom after the last kill, before anything was told to stop. */
  readonly logins: readonly Login[];
}

export async function checkAll(
  options: CheckOptions,
): Promise<{ readonly checks: Check[]; readonly intake: IntakeFound }> {
  const client = new pg.Client({ connectionString: options.system.databaseUrl });
  await client.connect();
  try {
    const log = await checkLog({ ...options, client });
    const { checks, intake } = await checkIntake({ ...options, client });
    const seals = await checkSeals(options.system.databaseUrl);
    const consumers = [await checkSeen(client), await checkBalances(client), await checkOffsets(client)];
    const rebuilt = await checkRebuild(options.system.databaseUrl);
    return {
      checks: [...log, ...checks, seals, ...consumers, rebuilt, checkLogins(options.logins), checkStruck(options)],
      intake,
    };
  } finally {
    await client.end();
  }
}

/** A run in which nobody was killed proves nothing. */
function checkStruck({ system, late }: CheckOptions): Check {
  const wrongs = new Wrongs();
  for (const { name, kills } of system.processes) if (kills === 0) wrongs.add(`${name} was never killed`);
  for (const name of late) wrongs.add(`${name} did not stop when it was told to`);
  return wrongs.check('everybody was struck', `all ${system.processes.length} processes, and all came back`);
}
