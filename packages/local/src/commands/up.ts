import { Command } from 'commander';
import { addFolderOption, type CommandContext, wholeNumber } from '../cli/context.ts';

interface Options {
  readonly folder: string;
  readonly port?: number;
  readonly traffic: number;
  readonly json?: true;
}

const TRAFFIC_PER_SECOND = 5;
const TRAFFIC_MAX = 2_000;

export function upCommand(context: CommandContext): Command {
  const command = new Command('up')
    .description('start the whole system on this machine')
    .option('--port <n>', 'port of the API and the portal (default: 8080)', wholeNumber(1, 65_535))
    .option('--traffic <n>', 'simulated events a second; 0 for none', wholeNumber(0, TRAFFIC_MAX), TRAFFIC_PER_SECOND)
    .option('--json', 'once everything runs, print URLs and keys as one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  settle up
  settle up --port 9090 --traffic 50
  settle up --folder /tmp/another --port 9091    a second system beside the first

PostgreSQL, SQS, the five services, a payments platform that sends events, and a merchant that takes webhooks. A service
that ends by itself is started again. Ctrl-C stops everything within five seconds, a second one at once; either way
nothing is lost, and the next start goes on with the same data. To begin from nothing, remove the folder.`,
    )
    .action(async (options: Options) => {
      const { runUp } = await import('../up/run-up.ts');
      const { folder, port, traffic, json = false } = options;
      context.exitWith(await runUp({ folder, port, trafficPerSecond: traffic, json, terminal: context.terminal }));
    });
  return addFolderOption(command);
}
