import type { Traffic } from '../simulation/generate-traffic.ts';
import type { Arrived } from './await-arrival.ts';
import { balanceKey, compareBalances, comparePayouts } from './compare-money.ts';
import type { Outcome } from './read-outcome.ts';
import type { ReceivedWebhook } from './receive-webhooks.ts';
import type { WatchedStream } from './watch-streams.ts';

export interface Evidence {
  readonly traffic: Traffic;
  readonly arrived: Arrived;
  readonly outcome: Outcome;
  readonly webhooks: readonly ReceivedWebhook[];
  readonly streams: ReadonlyMap<string, WatchedStream>;
  /** What the receiver, the streams and the killer found by themselves. */
  readonly problems: readonly string[];
}

/** Everything that is not as it should be, in words. */
export function judgeOutcome(evidence: Evidence): string[] {
  const { traffic, arrived, outcome, problems } = evidence;
  const stored = new Map(outcome.balances.map((each) => [balanceKey(each.merchantId, each.currency), each]));
  return [
    ...arrived.missing.map((missing) => `not everything arrived: ${missing}`),
    ...judgeIntake(evidence),
    ...compareBalances('balances', traffic.balances, stored),
    ...comparePayouts(traffic.payouts, outcome.payouts),
    ...judgeWebhooks(evidence),
    ...judgeStreams(evidence),
    ...problems,
  ];
}

/** A message may be delivered more than once, so tallies may be larger; what is kept of them is exact. */
function judgeIntake({ traffic: { counts, rejectedFields }, arrived: { progress }, outcome }: Evidence): string[] {
  const wrong: string[] = [];
  const exact = (what: string, actual: number, expected: number) => {
    if (actual !== expected) wrong.push(`${what}: ${actual} instead of ${expected}`);
  };
  exact('events in the log', outcome.events.length, counts.fresh);
  exact('events counted as appended', progress.appended, counts.fresh);
  exact('conflicts recorded', progress.conflictBodies, counts.conflict);
  exact('rejections recorded', progress.rejectedMessages, counts.invalid);
  const { received, appended, duplicate, conflict, rejected } = progress;
  exact('appended + duplicate + conflict + rejected', appended + duplicate + conflict + rejected, received);
  if (duplicate < counts.duplicate) wrong.push(`duplicates: ${duplicate}, fewer than the ${counts.duplicate} sent`);
  const fields = new Set([...Object.keys(rejectedFields), ...Object.keys(outcome.rejectedFields)]);
  for (const field of fields) {
    exact(`rejections that name ${field}`, outcome.rejectedFields[field] ?? 0, rejectedFields[field] ?? 0);
  }
  return wrong;
}

function judgeWebhooks({ traffic, arrived, outcome, webhooks }: Evidence): string[] {
  const wrong: string[] = [];
  const settled = settledPayouts(traffic);
  if (arrived.progress.planned !== settled.length) {
    wrong.push(`webhooks planned: ${arrived.progress.planned} instead of ${settled.length}`);
  }
  if (outcome.deadLetters > 0) wrong.push(`${outcome.deadLetters} webhooks were given up`);
  const told = new Map(webhooks.map((webhook) => [webhook.payoutId, webhook]));
  if (told.size !== webhooks.length) wrong.push(`${webhooks.length - told.size} payouts were told twice`);
  for (const { payoutId, merchantId, amountMinor, currency } of settled) {
    const webhook = told.get(payoutId);
    told.delete(payoutId);
    if (webhook === undefined) wrong.push(`webhooks: ${payoutId} settled and nobody was told`);
    else if (
      webhook.amountMinor !== amountMinor ||
      webhook.currency !== currency ||
      webhook.merchantId !== merchantId
    ) {
      wrong.push(
        `webhooks: ${payoutId} was told as ${webhook.amountMinor} ${webhook.currency} to ${webhook.merchantId}`,
      );
    }
  }
  for (const payoutId of told.keys()) wrong.push(`webhooks: ${payoutId} was told and had not settled`);
  return wrong;
}

/** Those that settled, be it that some came back later. */
export function settledPayouts({ payouts }: Traffic): Traffic['payouts'] {
  return payouts.filter(({ status }) => status === 'settled' || status === 'returned');
}

function judgeStreams({ traffic, streams }: Evidence): string[] {
  const shown = [...streams.values()].flatMap(({ merchantId, balances }) =>
    [...balances.values()].map((balance) => [balanceKey(merchantId, balance.currency), balance] as const),
  );
  return compareBalances('websockets', traffic.balances, new Map(shown));
}
