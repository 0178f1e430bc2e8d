import { stringify } from '@northwind/service-kit';
import type { Endpoint } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command } from 'commander';
import { addFolderOption, addJsonOption, type CommandContext, surroundings } from '../../cli/context.ts';
import { formatTable } from '../../cli/print-table.ts';
import { shorten } from '../../cli/shorten.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly failing?: true;
  readonly json?: true;
}

const URL_WIDTH = 48;

export function endpointsCommand(context: CommandContext): Command {
  const command = new Command('endpoints')
    .description('webhook endpoints and how they fare (oldest first)')
    .option('--merchant <id>', 'of one merchant')
    .option('--failing', 'only those that fail or are disabled')
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks endpoints --failing
  settle webhooks endpoints --merchant mer_001 --json | jq '.endpoints[] | {url, health}'

State is enabled, disabled and why, or the circuit: open (nothing is sent before its pause ends) or half_open (one
attempt decides). Slots are the requests at once that it has for now, of those it may have.`,
    )
    .action(async (options: Options) => {
      const { listEndpoints } = await import('@northwind/webhooks');
      const { merchant } = options;
      const all = await withDatabase<DeliveryTables, Endpoint[]>(surroundings(context, options), (db) =>
        listEndpoints(db, merchant === undefined ? {} : { merchantId: merchant }),
      );
      const endpoints = options.failing ? all.filter(isFailing) : all;
      if (options.json) return context.terminal.out(stringify({ endpoints }));
      if (endpoints.length === 0) return context.terminal.out('no endpoints');
      context.terminal.out(
        formatTable(endpoints, [
          { title: 'endpoint', value: (row) => row.endpointId },
          { title: 'merchant', value: (row) => row.merchantId },
          { title: 'url', value: (row) => shorten(row.url, URL_WIDTH) },
          { title: 'state', value: describeState },
          { title: 'failures', value: (row) => String(row.health.consecutiveFailures), align: 'right' },
          { title: 'last', value: (row) => row.health.lastFailure ?? '' },
          {
            title: 'slots',
            value: (row) => `${row.health.concurrencyNow}/${row.policy.concurrencyMax}`,
            align: 'right',
          },
          { title: 'warning', value: describeWarning },
        ]),
      );
    });
  return addJsonOption(addFolderOption(command));
}

function isFailing({ status, health }: Endpoint): boolean {
  return status === 'disabled' || health.consecutiveFailures > 0;
}

function describeState({ status, disabledReason, health }: Endpoint): string {
  if (status === 'disabled') return `disabled (${disabledReason})`;
  return health.circuit === 'closed' ? 'enabled' : health.circuit;
}

/** `90 %, disabled at 2026-11-22T06:00:00.000000Z` */
function describeWarning({ health: { warning } }: Endpoint): string {
  return warning === null ? '' : `${warning.percent} %, disabled at ${warning.disablesAt}`;
}
