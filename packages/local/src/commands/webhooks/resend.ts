import { randomBytes, stringify } from '@northwind/service-kit';
import {
  DELIVERY_STATES,
  type DeliveryState,
  type ResendFilter,
  type ResendOutcome,
  type ResendPreview,
  WEBHOOK_EVENT_TYPES,
  type WebhookEventType,
} from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  addFolderOption,
  addJsonOption,
  aName,
  type CommandContext,
  surroundings,
  wholeNumber,
} from '../../cli/context.ts';
import { EXIT_FAILURE } from '../../cli/exit-codes.ts';
import { formatNumber } from '../../cli/format-number.ts';
import { formatTable } from '../../cli/print-table.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly by: string;
  readonly merchant?: string;
  readonly all?: true;
  readonly endpoint?: string;
  readonly payout?: string;
  readonly state?: DeliveryState[];
  readonly eventType?: WebhookEventType[];
  readonly from?: string;
  readonly before?: string;
  readonly rate?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

const RATE_MAX = 10_000;

const MEANINGS: Readonly<Record<ResendOutcome, string>> = {
  requeued: 'is sent again',
  brought_forward: 'was waiting and is due now',
  follows: 'has an attempt under way, and is sent again when that is over',
  not_found: 'is no delivery',
  endpoint_disabled: 'can’t be sent: its endpoint is disabled',
  endpoint_removed: 'can’t be sent: its endpoint was removed',
  state_changed: 'is in another state now',
};

export function webhooksResendCommand(context: CommandContext): Command {
  const command = new Command('resend')
    .description('send deliveries again: those that are named, or a job over all that match')
    .argument('[delivery...]', 'delivery ids; without one, a job over what the options select')
    .requiredOption('--by <name>', 'who says so; receipts show it', aName)
    .option('--merchant <id>', 'of one merchant')
    .option('--all', 'of all merchants')
    .option('--endpoint <id>', 'to one endpoint')
    .option('--payout <id>', 'about one payout')
    .addOption(new Option('--state <state...>', 'in these states (default: exhausted)').choices(DELIVERY_STATES))
    .addOption(new Option('--event-type <type...>', 'of these types').choices(WEBHOOK_EVENT_TYPES))
    .option('--from <time>', 'planned at this UTC time or after', utcTime)
    .option('--before <time>', 'planned before this UTC time', utcTime)
    .option('--rate <n>', 'deliveries a second at most (default: 50)', wholeNumber(1, RATE_MAX))
    .option('--dry-run', 'only count, and show the oldest')
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks resend 01a201d7-0b00-89b7-b4ae-383545f4e3cd --by ada
  settle webhooks resend --merchant mer_001 --from 2026-11-22T06:00:00Z --dry-run --by ada
  settle webhooks resend --all --endpoint we_… --state exhausted cancelled --rate 200 --by ada

The same webhook-id and body, with all retries anew. A job is worked through by the webhook workers and survives any
restart; settle webhooks jobs shows how far it is.`,
    )
    .action(async (deliveries: string[], options: Options) => {
      if (deliveries.length > 0) await resendNamed(context, deliveries, options);
      else await resendMatching(context, options);
    });
  return addJsonOption(addFolderOption(command));
}

async function resendNamed(context: CommandContext, deliveryIds: readonly string[], options: Options): Promise<void> {
  const { resendDelivery } = await import('@northwind/webhooks');
  const wrong = deliveryIds.find((id) => !UUID.test(id));
  if (wrong !== undefined) {
    throw new UsageError(`${wrong} is no delivery id`, { hint: 'it is a UUID; a webhook id (msg_…) is another thing' });
  }
  const merchantId = options.merchant ?? null;
  const results = await withDatabase<DeliveryTables, { deliveryId: string; outcome: ResendOutcome }[]>(
    surroundings(context, options),
    async (db) => {
      const done = [];
      for (const deliveryId of deliveryIds) {
        done.push({ deliveryId, outcome: await resendDelivery(db, { merchantId, deliveryId, actor: options.by }) });
      }
      return done;
    },
  );
  if (results.some(({ outcome }) => !['requeued', 'brought_forward', 'follows'].includes(outcome))) {
    context.exitWith(EXIT_FAILURE);
  }
  if (options.json) return context.terminal.out(stringify({ deliveries: results }));
  for (const { deliveryId, outcome } of results) context.terminal.out(`${deliveryId} ${MEANINGS[outcome]}`);
}

async function resendMatching(context: CommandContext, options: Options): Promise<void> {
  const { createResendJob, previewResendJob } = await import('@northwind/webhooks');
  const filter = filterOf(options);
  const { terminal } = context;
  if (options.dryRun) {
    const preview = await withDatabase<DeliveryTables, ResendPreview>(surroundings(context, options), (db) =>
      previewResendJob(db, filter),
    );
    return terminal.out(options.json ? stringify({ filter, ...preview }) : renderPreview(preview));
  }
  const order = { filter, requestedBy: options.by, ratePerSecond: options.rate };
  const job = await withDatabase<DeliveryTables, { jobId: string; total: bigint }>(
    surroundings(context, options),
    (db) => createResendJob(db, order, { randomBytes }),
  );
  if (options.json) return terminal.out(stringify(job));
  terminal.out(`job ${job.jobId}: ${formatNumber(job.total)} deliveries; settle webhooks jobs ${job.jobId} follows it`);
}

function filterOf(options: Options): ResendFilter {
  const { merchant, all, endpoint, payout, state = ['exhausted'], eventType, from, before } = options;
  if ((merchant === undefined) !== (all === true)) {
    throw new UsageError('say whose deliveries', { hint: 'add either --merchant <id> or --all, or name deliveries' });
  }
  return {
    merchantId: merchant ?? null,
    states: state,
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(payout !== undefined && { payoutId: payout }),
    ...(eventType !== undefined && { eventTypes: eventType }),
    ...(from !== undefined && { plannedFrom: from }),
    ...(before !== undefined && { plannedBefore: before }),
  };
}

function renderPreview({ count, sample }: ResendPreview): string {
  if (count === 0n) return 'nothing matches';
  const table = formatTable(sample, [
    { title: 'planned', value: (row) => row.createdAt },
    { title: 'merchant', value: (row) => row.merchantId },
    { title: 'payout', value: (row) => row.payoutId },
    { title: 'type', value: (row) => row.eventType },
    { title: 'state', value: (row) => row.state },
    { title: 'last outcome', value: (row) => row.lastOutcome ?? '-' },
    { title: 'delivery', value: (row) => row.deliveryId },
  ]);
  return `${table}\n${formatNumber(count)} deliveries match; without --dry-run they are sent again`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z$/;

function utcTime(text: string): string {
  if (UTC_TIME.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It is a UTC time, as 2026-11-22T06:00:00Z.');
}
