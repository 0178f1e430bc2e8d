/** Every message ended as something, and the tallies say so. */
import type pg from 'pg';
import type { Plan } from '../plan-messages.ts';
import type { QueueCounts } from '../queue/fifo-queue.ts';
import { type Check, Wrongs } from './finding.ts';

export interface IntakeCheckOptions {
  readonly client: pg.Client;
  readonly plan: Plan;
  readonly queue: QueueCounts;
}

export interface IntakeFound {
  readonly appended: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly rejected: number;
}

export async function checkIntake(
  options: IntakeCheckOptions,
): Promise<{ readonly checks: Check[]; readonly intake: IntakeFound }> {
  const intake = await readIntake(options.client);
  return {
    intake,
    checks: [
      checkQueue(options),
      await checkTallies(options, intake),
      await checkConflicts(options),
      await checkRejections(options),
    ],
  };
}

function checkQueue({ plan, queue }: IntakeCheckOptions): Check {
  const wrongs = new Wrongs();
  if (queue.sent !== plan.total) wrongs.add(`${queue.sent} messages in the queue, ${plan.total} were to be sent`);
  if (queue.deleted !== queue.sent) wrongs.add(`${queue.deleted} of ${queue.sent} messages were deleted`);
  if (queue.waiting + queue.inFlight > 0) wrongs.add(`${queue.waiting} wait, ${queue.inFlight} are in flight`);
  if (queue.dead > 0) wrongs.add(`${queue.dead} messages ended as dead letters`);
  return wrongs.check('queue empty', `${queue.sent} messages sent and deleted, 0 dead letters`);
}

/**
 * A message is tallied in the transaction that decides it, once for each delivery that got so far: so the tally is at
 * least what was sent and at most what was delivered, and equal, outcome by outcome, to what the tables hold.
 */
async function checkTallies({ client, plan, queue }: IntakeCheckOptions, intake: IntakeFound): Promise<Check> {
  const wrongs = new Wrongs();
  const received = intake.appended + intake.duplicate + intake.conflict + intake.rejected;
  if (received < queue.sent) wrongs.add(`${received} tallied, fewer than the ${queue.sent} sent`);
  if (received > queue.delivered) wrongs.add(`${received} tallied, more than the ${queue.delivered} delivered`);
  const [found] = (
    await client.query<Record<'events' | 'conflicts' | 'rejections' | 'amounts', string>>(`
      select (select count(*) from ledger.events) as events,
             (select coalesce(sum(seen), 0) from ledger.conflicts) as conflicts,
             (select coalesce(sum(seen), 0) from ledger.rejections) as rejections,
             (select count(*) from
               (select currency, sum(amount_minor) as amount from ledger.intake where outcome = 'appended' group by 1) t
               full join (select data ->> 'currency' as currency, sum((data ->> 'amount')::numeric) as amount
                          from ledger.events group by 1) e using (currency)
              where t.amount is distinct from e.amount) as amounts`)
  ).rows;
  const equal = (what: string, tallied: number, stored: string | undefined) => {
    if (String(tallied) !== stored) wrongs.add(`${tallied} tallied as ${what}, the table holds ${stored}`);
  };
  equal('appended', intake.appended, found?.events);
  equal('conflict', intake.conflict, found?.conflicts);
  equal('rejected', intake.rejected, found?.rejections);
  if (found?.amounts !== '0') wrongs.add(`the amounts appended differ in ${found?.amounts} currencies`);
  if (intake.duplicate < plan.counts.duplicate)
    wrongs.add(`${intake.duplicate} duplicates of ${plan.counts.duplicate}`);
  const { appended, duplicate, conflict, rejected } = intake;
  const sum = `${appended} appended + ${duplicate} duplicate + ${conflict} conflict + ${rejected} rejected`;
  return wrongs.check(
    'tallies balance',
    `${received} = ${sum}; ${queue.sent} sent ≤ it ≤ ${queue.delivered} delivered`,
  );
}

async function checkConflicts({ client, plan }: IntakeCheckOptions): Promise<Check> {
  const wrongs = new Wrongs();
  const { rows } = await client.query<{ subject: string; first: string; amount: string; fields: string[] }>(
    `select subject, first_data ->> 'amount' as first, data ->> 'amount' as amount, differing_fields as fields
     from ledger.conflicts`,
  );
  const found = new Map(rows.map((row) => [row.subject, `${row.first} ${row.amount} ${row.fields.join()}`]));
  if (rows.length !== found.size) wrongs.add(`${rows.length} rows for ${found.size} events`);
  for (const { kind, event } of plan.messages()) {
    if (kind !== 'conflict') continue;
    const expected = `${event.amount} ${plan.contradictingAmount(event)} data.amount`;
    const stored = found.get(event.subject);
    if (stored !== expected) wrongs.add(`${event.subject}: ${stored ?? 'no conflict'} instead of ${expected}`);
    found.delete(event.subject);
  }
  for (const subject of found.keys()) wrongs.add(`${subject}: a conflict that nobody sent`);
  return wrongs.check('conflicts kept', `${rows.length} of ${plan.counts.conflict}, each with both bodies`);
}

async function checkRejections({ client, plan }: IntakeCheckOptions): Promise<Check> {
  const wrongs = new Wrongs();
  const { rows } = await client.query<{ body: Buffer }>('select body from ledger.rejections');
  const found = new Set(rows.map(({ body }) => body.toString('utf8')));
  if (rows.length !== found.size) wrongs.add(`${rows.length} rows for ${found.size} bodies`);
  for (const { kind, event, body } of plan.messages()) {
    if (kind === 'invalid' && !found.delete(body)) wrongs.add(`the invalid body of ${event.subject} is not kept`);
  }
  for (const body of found) wrongs.add(`a rejection that nobody sent: ${body.slice(0, 60)}`);
  return wrongs.check('rejections kept', `${rows.length} of ${plan.counts.invalid}, each with its body byte for byte`);
}

async function readIntake(client: pg.Client): Promise<IntakeFound> {
  const { rows } = await client.query<{ outcome: keyof IntakeFound; messages: string }>(
    'select outcome, sum(messages)::text as messages from ledger.intake group by outcome',
  );
  const found = new Map(rows.map(({ outcome, messages }) => [outcome, Number(messages)]));
  const of = (outcome: keyof IntakeFound) => found.get(outcome) ?? 0;
  return { appended: of('appended'), duplicate: of('duplicate'), conflict: of('conflict'), rejected: of('rejected') };
}
