/** How many statements the webhook worker says for each delivery, by the server's own log of what it carried out. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VoidRun } from '../harness/benchmark.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { migrateDeliveries, registerEndpoints, startProcesses } from './delivery-stage.ts';
import { measureSteady } from './measure-steady.ts';
import { startReceiver } from './receiver.ts';

const LOAD = { ratePerSecond: 500, seconds: 15, merchants: 100, name: 'counted' };
/** `log_statement` writes one line for each statement that is carried out, prepared or not. */
const SAID_BY_WORKER = /^settlement-webhooks\|LOG: {2}(?:execute|statement)/gm;

/** Planning, claiming, recording, doorbells and polls: all of it, for each delivery. */
export async function countStatements(signal: AbortSignal): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-statements-'));
  await chmod(folder, 0o777);
  try {
    await using server = await startBenchServer([
      'logging_collector=on',
      `log_directory=${folder}`,
      'log_filename=statements.log',
      'log_statement=all',
      'log_line_prefix=%a|',
      'log_parameter_max_length=0',
    ]);
    return await server.withDatabase(async (url) => {
      await migrateDeliveries(url);
      await using receiver = await startReceiver(5);
      await registerEndpoints(url, LOAD.merchants, (nth) => `${receiver.url}/${nth}`);
      await using _processes = await startProcesses(url, signal);
      const { completed, published } = await measureSteady({ ...LOAD, url, receiver, signal });
      if (completed < published) throw new VoidRun(`${completed} of ${published} arrived`);
      const said = readFileSync(join(folder, 'statements.log'), 'utf8').match(SAID_BY_WORKER)?.length ?? 0;
      if (said === 0) throw new VoidRun('the log names no statement of the worker');
      return said / completed;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
