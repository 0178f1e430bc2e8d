import type { Coordinate } from '@northwind/event-store';
import { findPayoutReason, formatMoney, type ReasonSide } from '@northwind/events';
import type { Moment, PayoutAnswer, PayoutAsOf, PayoutStatus } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { StartupError, stringify } from '@northwind/service-kit';
import { Command, Option } from 'commander';
import type { Kysely } from 'kysely';
import { addFolderOption, addJsonOption, type CommandContext, surroundings, wholeNumber } from '../cli/context.ts';
import { addMinOffsetOption, awaitOffset } from '../cli/min-offset.ts';
import { aMoment, showCoordinate, tellPast } from '../cli/moment.ts';
import { formatTable } from '../cli/print-table.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withDatabase } from '../cli/with-database.ts';
import { findPayoutOwners, listRecentPayouts, type PayoutLine } from '../look/list-payouts.ts';

interface Options {
  readonly folder: string;
  readonly merchant?: string;
  readonly id?: string;
  readonly asOf?: Moment;
  readonly status?: PayoutStatus;
  readonly limit: number;
  readonly minOffset?: Coordinate;
  readonly json?: true;
}

const STATUSES: readonly PayoutStatus[] = ['initiated', 'submitted', 'settled', 'failed', 'returned'];
const LIMIT = 20;
const LIMIT_MAX = 10_000;

export function payoutsCommand(context: CommandContext): Command {
  const command = new Command('payouts')
    .description('payouts that changed last, or one with its timeline')
    .option('--merchant <id>', 'of one merchant')
    .option('--id <payoutId>', 'one payout with everything that happened to it')
    .option('--as-of <moment>', 'one payout as it was: after an event (4:120033) or at a time', aMoment)
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--limit <n>', 'at most so many', wholeNumber(1, LIMIT_MAX), LIMIT)
    .addHelpText(
      'after',
      `
Examples:
  settle payouts --merchant mer_001 --status failed
  settle payouts --id po_0001
  settle payouts --id po_0001 --as-of 2026-11-21T23:59:59Z
  settle payouts --json --limit 1000 | jq -r '.payouts[] | [.payoutId, .status] | @tsv'`,
    )
    .action((options: Options) =>
      withDatabase<ReadTables, void>(surroundings(context, options), async (db) => {
        await awaitOffset(db, options);
        const { id } = options;
        return id === undefined ? printList(context, db, options) : printOne(context, db, { ...options, id });
      }),
    );
  return addJsonOption(addFolderOption(addMinOffsetOption(command)));
}

async function printList({ terminal }: CommandContext, db: Kysely<ReadTables>, options: Options): Promise<void> {
  const { merchant: merchantId, status, limit, asOf } = options;
  if (asOf) throw new UsageError('--as-of tells of one payout', { hint: 'name it with --id' });
  const payouts = await listRecentPayouts(db, { merchantId, status, limit });
  if (options.json) return terminal.out(stringify({ payouts }));
  if (payouts.length === 0) return terminal.out('no payouts');
  terminal.out(
    formatTable(payouts, [
      { title: 'payout', value: (row) => row.payoutId },
      { title: 'merchant', value: (row) => row.merchantId },
      { title: 'status', value: (row) => row.status },
      { title: 'amount', value: amountOf, align: 'right' },
      { title: 'method', value: (row) => row.method ?? '' },
      { title: 'reason', value: (row) => row.reasonCode ?? '' },
      { title: 'as of', value: (row) => showCoordinate(row.asOf), align: 'right' },
      { title: 'updated', value: (row) => row.updatedAt },
    ]),
  );
}

async function printOne(
  { terminal }: CommandContext,
  db: Kysely<ReadTables>,
  { id, merchant, asOf: moment, json }: Options & { readonly id: string },
): Promise<void> {
  const owners = (await findPayoutOwners(db, id)).filter((owner) => merchant === undefined || owner === merchant);
  if (owners.length === 0) {
    throw new StartupError(`there is no payout ${id}${merchant ? ` of ${merchant}` : ''}`, {
      hint: 'settle payouts lists those that changed last',
    });
  }
  const answers = await tellPast(({ readPayout, readPayoutAsOf }) =>
    Promise.all(
      owners.map((merchantId): Promise<PayoutAnswer | PayoutAsOf> => {
        const wish = { merchantId, payoutId: id };
        return moment ? readPayoutAsOf(db, { ...wish, moment }) : readPayout(db, wish);
      }),
    ),
  );
  if (json) return terminal.out(stringify({ payouts: answers.map(withExplanation) }));
  for (const answer of answers) for (const line of describe(answer)) terminal.out(line);
}

function describe({ asOf, payout }: PayoutAnswer | PayoutAsOf): string[] {
  if (payout === null) return [`nothing was told of it by ${showCoordinate(asOf)}`];
  const lines = [`${payout.payoutId} of ${payout.merchantId}: ${payout.status} ${amountOf(payout)}`];
  if (payout.reasonCode) lines.push(...describeReason(payout.reasonCode, payout.reason));
  return [
    ...lines,
    '',
    formatTable(payout.timeline, [
      { title: 'what', value: (fact) => fact.type },
      { title: 'occurred', value: (fact) => fact.occurredAt },
      { title: 'recorded', value: (fact) => fact.recordedAt },
      { title: 'at', value: (fact) => showCoordinate(fact), align: 'right' },
    ]),
  ];
}

function withExplanation({ asOf, payout }: PayoutAnswer | PayoutAsOf) {
  if (payout === null) return { asOf, payout };
  const reason = payout.reasonCode === null ? null : findPayoutReason(payout.reasonCode);
  const { meaning = null, liesWith = null, whatToDo = null } = reason ?? {};
  return { asOf, payout: { ...payout, reasonMeaning: meaning, reasonLiesWith: liesWith, whatToDo } };
}

/** As a merchant is told it: `you` is the merchant. */
function describeReason(code: string, told: string | null): string[] {
  const reason = findPayoutReason(code);
  const first = `reason      ${code}${told ? `: ${told}` : ''}`;
  if (reason === null) return [first, `            (a code that we have no words for)`];
  return [
    first,
    `meaning     ${reason.meaning}`,
    `lies with   ${SIDES[reason.liesWith]}`,
    `what to do  ${reason.whatToDo}`,
  ];
}

const SIDES: Readonly<Record<ReasonSide, string>> = {
  merchant: 'the merchant',
  merchant_bank: 'the merchant’s bank',
  northwind: 'us or our bank',
  rail: 'the rail, or a bank on the way',
  unclear: 'nobody named',
};

function amountOf({ amountMinor, currency }: Pick<PayoutLine, 'amountMinor' | 'currency'>): string {
  return amountMinor === null || currency === null ? '?' : formatMoney(amountMinor, currency);
}
