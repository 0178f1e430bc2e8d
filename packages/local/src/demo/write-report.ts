import type { Traffic } from '../simulation/generate-traffic.ts';
import type { Arrived } from './await-arrival.ts';
import { type DemoReport, quantiles } from './demo-report.ts';
import { judgeOutcome, settledPayouts } from './judge-outcome.ts';
import type { Killer } from './kill-services.ts';
import { streamLatencies, webhookLatencies } from './measure-latency.ts';
import type { Outcome } from './read-outcome.ts';
import type { WebhookReceiver } from './receive-webhooks.ts';
import type { SentTraffic } from './send-traffic.ts';
import type { StreamWatch } from './watch-streams.ts';

export interface Findings {
  readonly options: { readonly seed: string };
  readonly traffic: Traffic;
  readonly sent: SentTraffic;
  readonly arrived: Arrived;
  readonly outcome: Outcome;
  readonly receiver: WebhookReceiver;
  readonly watch: StreamWatch;
  /** Null when nothing was to be killed. */
  readonly killer: Killer | null;
  readonly inFlightMax: number;
  readonly totalMs: number;
}

/** Puts together what was found; the verdict is that there is no inconsistency. */
export function writeReport(findings: Findings): DemoReport {
  const { options, traffic, sent, arrived, outcome, receiver, watch, killer } = findings;
  const { progress, appliedAtMs } = arrived;
  const webhooks = receiver.received();
  const unharmed = killer?.unharmed() ?? [];
  const visible = outcome.events.filter(
    ({ merchantId, offset }) => offset <= (outcome.lastChanges.get(merchantId) ?? -1n),
  );
  const toStream = streamLatencies(visible, sent.sentAtMs, watch.streams);
  const toWebhook = webhookLatencies(webhooks, outcome.events, sent.sentAtMs);
  const unmeasured = visible.length - toStream.length + (webhooks.length - toWebhook.length);
  const inconsistencies = judgeOutcome({
    traffic,
    arrived,
    outcome,
    webhooks,
    streams: watch.streams,
    problems: [
      ...receiver.problems(),
      ...watch.problems(),
      ...unharmed.map((service) => `${service} was to be killed and was not`),
      ...(unmeasured > 0 ? [`${unmeasured} arrivals could not be measured`] : []),
    ],
  });
  const { received, appended, duplicate, conflict, rejected } = progress;
  const total = traffic.messages.length;
  const processingMs = (appliedAtMs ?? Number.NaN) - sent.firstSentAtMs;
  return {
    seed: options.seed,
    passed: inconsistencies.length === 0,
    inconsistencies,
    sent: { total, ...traffic.counts },
    intake: { received, appended, duplicate, conflict, rejected, redelivered: received - total },
    compared: {
      merchants: traffic.merchantIds.length,
      balances: traffic.balances.length,
      payouts: traffic.payouts.length,
      streamedBalances: [...watch.streams.values()].reduce((sum, { balances }) => sum + balances.size, 0),
    },
    webhooks: {
      expected: settledPayouts(traffic).length,
      planned: progress.planned,
      delivered: progress.delivered,
      verified: webhooks.length,
      repeated: receiver.repeated(),
    },
    streams: {
      sockets: watch.streams.size,
      messages: watch.messages(),
      reconnects: watch.reconnects(),
      resets: watch.resets(),
    },
    eventsPerSecond: Math.round((total / processingMs) * 1_000) || 0,
    processingMs: Math.round(processingMs) || 0,
    inFlightMax: findings.inFlightMax,
    latency: { websocketMs: quantiles(toStream.map(Math.round)), webhookMs: quantiles(toWebhook.map(Math.round)) },
    killed: killer?.killed ?? [],
    totalMs: Math.round(findings.totalMs),
  };
}
