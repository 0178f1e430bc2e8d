import { StartupError, stringify } from '@northwind/service-kit';
import type { Attempt, Delivery, DeliverySearch, DeliveryState, DeliverySummary } from '@northwind/webhooks';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Kysely } from 'kysely';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../../cli/context.ts';
import { aTime, showCoordinate } from '../../cli/moment.ts';
import { formatTable } from '../../cli/print-table.ts';
import { withDatabase } from '../../cli/with-database.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly endpoint?: string;
  readonly payout?: string;
  readonly state?: DeliveryState;
  readonly since?: string;
  readonly id?: string;
  readonly limit: number;
  readonly attemptsBefore?: number;
  readonly json?: true;
}

const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'exhausted', 'cancelled'];
const LIMIT = 50;
const LIMIT_MAX = 10_000;
const ATTEMPT_MAX = 2_147_483_647;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function deliveriesCommand(context: CommandContext): Command {
  const command = new Command('deliveries')
    .description('webhooks that were sent or wait, newest first, or one with its receipts')
    .option('--merchant <id>', 'of one merchant')
    .option('--endpoint <id>', 'to one endpoint')
    .option('--payout <id>', 'about one payout')
    .addOption(new Option('--state <state>', 'only these').choices(STATES))
    .option('--since <time>', 'of events recorded at this time or later', aTime)
    .option('--id <deliveryId>', 'one, with the receipts of its latest attempts', aDeliveryId)
    .option('--attempts-before <n>', 'with --id: the receipts before this attempt', wholeNumber(1, ATTEMPT_MAX))
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle webhooks deliveries --merchant mer_001 --state exhausted --since 2026-11-21T00:00:00Z
  settle webhooks deliveries --payout po_0001
  settle webhooks deliveries --id 019aa9f0-1c00-8b7d-a4ae-383545f4e3cd`,
    )
    .action((options: Options) =>
      withDatabase<DeliveryTables, void>(surroundings(context, options), (db) => {
        const { id, attemptsBefore } = options;
        if (id === undefined && attemptsBefore !== undefined) {
          throw new StartupError('--attempts-before goes with --id', { hint: 'it pages the receipts of one delivery' });
        }
        return id === undefined ? printList(context, db, options) : printOne(context, db, { ...options, id });
      }),
    );
  return addJsonOption(addFolderOption(command));
}

async function printList({ terminal }: CommandContext, db: Kysely<DeliveryTables>, options: Options): Promise<void> {
  const { merchant = null, endpoint: endpointId, payout: payoutId, state, since: from, limit } = options;
  const deliveries = await collect(db, { merchantId: merchant, endpointId, payoutId, state, from, limit });
  if (options.json) return terminal.out(stringify({ deliveries }));
  if (deliveries.length === 0) return terminal.out('no such deliveries');
  terminal.out(
    formatTable(deliveries, [
      { title: 'delivery', value: (row) => row.deliveryId },
      { title: 'merchant', value: (row) => row.merchantId },
      { title: 'payout', value: (row) => row.payoutId ?? '' },
      { title: 'event', value: (row) => row.eventType },
      { title: 'state', value: (row) => row.state },
      { title: 'attempts', value: (row) => String(row.attemptsMade), align: 'right' },
      { title: 'last', value: (row) => row.lastOutcome ?? '' },
      { title: 'next', value: (row) => row.nextAttemptAt ?? '' },
      { title: 'at', value: showPlace, align: 'right' },
      { title: 'url', value: (row) => row.url },
    ]),
  );
}

/** Page after page, since one looks through a bounded stretch and may hold none. */
async function collect(db: Kysely<DeliveryTables>, search: DeliverySearch): Promise<DeliverySummary[]> {
  const { searchDeliveries } = await import('@northwind/webhooks');
  const found: DeliverySummary[] = [];
  let before: string | undefined;
  do {
    const page = await searchDeliveries(db, { ...search, limit: search.limit - found.length, before });
    found.push(...page.deliveries);
    before = page.next ?? undefined;
  } while (before !== undefined && found.length < search.limit);
  return found;
}

async function printOne(
  { terminal }: CommandContext,
  db: Kysely<DeliveryTables>,
  { id, merchant, attemptsBefore: before, json }: Options & { readonly id: string },
): Promise<void> {
  const { findDelivery } = await import('@northwind/webhooks');
  const delivery = await findDelivery(db, { merchantId: merchant ?? null, deliveryId: id, before });
  if (delivery === null) {
    throw new StartupError(`there is no delivery ${id}${merchant ? ` of ${merchant}` : ''}`, {
      hint: 'settle webhooks deliveries lists those of the newest events',
    });
  }
  terminal.out(json ? stringify({ delivery }) : describe(delivery));
}

function describe(delivery: Delivery): string {
  const { deliveryId, webhookId, merchantId, payoutId, eventType, url, state, attemptsMade, attempts } = delivery;
  const { attemptsBefore } = delivery;
  const areRemoved = attemptsBefore === null && attemptsMade > 0 && attempts[0]?.attempt !== 1;
  const removed = areRemoved ? ', receipts of which are removed' : '';
  return [
    `${deliveryId} (${webhookId}): ${state}`,
    `${eventType} of ${payoutId === null ? '' : `${payoutId} of `}${merchantId}, to ${url}`,
    `${attemptsMade === 1 ? '1 attempt' : `${attemptsMade} attempts`}${removed}`,
    '',
    formatTable(attempts, [
      { title: 'attempt', value: (row) => String(row.attempt), align: 'right' },
      { title: 'started', value: (row) => row.startedAt },
      { title: 'outcome', value: (row) => row.outcome },
      { title: 'status', value: (row) => String(row.responseStatus ?? ''), align: 'right' },
      { title: 'ms', value: (row) => String(row.durationMs ?? ''), align: 'right' },
      { title: 'dns·connect·tls·wait', value: phasesOf },
      { title: 'to', value: (row) => row.destinationIp ?? '' },
      { title: 'next', value: (row) => row.nextAttemptAt ?? '' },
    ]),
    ...(attemptsBefore === null ? [] : ['', `earlier: --id ${deliveryId} --attempts-before ${attemptsBefore}`]),
  ].join('\n');
}

function phasesOf({ dnsMs, connectMs, tlsMs, waitMs }: Attempt): string {
  return [dnsMs, connectMs, tlsMs, waitMs].map((ms) => ms ?? '–').join('·');
}

function aDeliveryId(text: string): string {
  if (!UUID.test(text)) throw new InvalidArgumentError('It is a UUID, as the list shows it.');
  return text;
}

/** Tests and digests have no place in the log. */
function showPlace({ partition, offset }: DeliverySummary): string {
  return partition === null || offset === null ? '' : showCoordinate({ partition, offset });
}
