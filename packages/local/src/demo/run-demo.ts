import { mkdtempSync, rmSync } from 'node:fs';
import type { Clock } from '@northwind/service-kit';
import { generateTraffic, type Traffic } from '../simulation/generate-traffic.ts';
import type { RunningStack } from '../stack/stack-options.ts';
import { startStack } from '../stack/start-stack.ts';
import { runFolderPrefix, sweepLeftovers } from '../stack/sweep-leftovers.ts';
import { awaitArrival } from './await-arrival.ts';
import { type DemoDatabase, openDemoDatabase } from './demo-database.ts';
import type { DemoReport } from './demo-report.ts';
import { settledPayouts } from './judge-outcome.ts';
import { createKiller } from './kill-services.ts';
import { readOutcome } from './read-outcome.ts';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { registerMerchants } from './register-merchants.ts';
import { sendTraffic } from './send-traffic.ts';
import { type StreamWatch, watchStreams } from './watch-streams.ts';
import { writeReport } from './write-report.ts';

export interface DemoOptions {
  readonly seed: string;
  /** Messages in all: fresh events, duplicates, conflicts and invalid bodies. */
  readonly events: number;
  /** Kill every service in the middle. */
  readonly chaos: boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: DemoStep) => void;
}

export interface DemoStep {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

// A killed writer's messages come back after this, not after a minute: the demo is to take less than one.
const CHAOS_VISIBILITY_SECONDS = '5';

/** Runs the whole system in a folder of its own, sends traffic through it, and compares the result with the oracle. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { chaos, clock, signal = new AbortController().signal, onProgress } = options;
  const startedAtMs = clock.monotonicMs();
  await sweepLeftovers('demo', clock);
  const folder = mkdtempSync(runFolderPrefix('demo'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  onProgress?.({ phase: 'starting the system', done: 0, total: 1 });
  const stack = await startStack({
    folder,
    signal,
    environment: { SETTLEMENT_LOG_LEVEL: 'warn' },
    ...(chaos && {
      serviceEnvironment: { writer: { SETTLEMENT_WRITER_VISIBILITY_SECONDS: CHAOS_VISIBILITY_SECONDS } },
    }),
  });
  cleanup.defer(() => stack.stop());
  const database = openDemoDatabase(stack.urls.databaseUrl);
  cleanup.defer(() => database.close());
  const receiver = await receiveWebhooks(clock);
  cleanup.defer(() => receiver.stop());

  const { seed, events } = options;
  const traffic = generateTraffic({ seed, events, endsAtMs: clock.nowMs() });
  const merchants = await registerMerchants({
    database,
    apiUrl: stack.urls.api,
    merchantIds: traffic.merchantIds,
    webhookUrl: receiver.urlOf,
    signal,
    onRegistered: (done) => onProgress?.({ phase: 'registering merchants', done, total: traffic.merchantIds.length }),
  });
  for (const { merchantId, secret } of merchants) receiver.useSecret(merchantId, secret);
  const watch = await watchStreams({
    apiUrl: stack.urls.api,
    merchants,
    clock,
    signal,
    onOpened: (done) => onProgress?.({ phase: 'opening websockets', done, total: merchants.length }),
  });
  cleanup.defer(() => watch.stop());
  return await prove({ ...options, signal }, { stack, database, receiver, watch, traffic, startedAtMs });
}

interface Scene {
  readonly stack: RunningStack;
  readonly database: DemoDatabase;
  readonly receiver: WebhookReceiver;
  readonly watch: StreamWatch;
  readonly traffic: Traffic;
  readonly startedAtMs: number;
}

async function prove(options: DemoOptions & { readonly signal: AbortSignal }, scene: Scene): Promise<DemoReport> {
  const { clock, chaos, onProgress } = options;
  const { stack, database, receiver, watch, traffic } = scene;
  const killer = createKiller(stack);
  const { fresh } = traffic.counts;
  const total = traffic.messages.length;
  const webhooks = settledPayouts(traffic).length;
  // What fails on one side ends the other.
  const failing = new AbortController();
  const signal = AbortSignal.any([options.signal, failing.signal]);
  const failTogether = <Result>(work: Promise<Result>) =>
    work.catch((error) => {
      failing.abort(error);
      throw error;
    });
  const { urls } = stack;
  let sentCount = 0;
  let inFlightMax = 0;
  const onSent = (count: number) => {
    sentCount = count;
  };
  const sending = failTogether(sendTraffic({ urls, database, messages: traffic.messages, clock, signal, onSent }));
  const arriving = failTogether(
    awaitArrival({
      urls,
      database,
      expected: { fresh, total, webhooks },
      receiver,
      watch,
      clock,
      signal,
      onProgress: ({ appended, received, delivered }) => {
        inFlightMax = Math.max(inFlightMax, sentCount - received);
        if (chaos) killer.strike(appended / fresh);
        if (received < total) onProgress?.({ phase: 'settling', done: received, total });
        else onProgress?.({ phase: 'waiting for the last webhooks', done: delivered, total: webhooks });
      },
    }),
  );
  await Promise.allSettled([sending, arriving]);
  const [sent, arrived] = await Promise.all([sending, arriving]);
  const outcome = await readOutcome(database);
  const totalMs = clock.monotonicMs() - scene.startedAtMs;
  const found = { options, traffic, sent, arrived, outcome, receiver, watch, inFlightMax, totalMs };
  return writeReport({ ...found, killer: chaos ? killer : null });
}
