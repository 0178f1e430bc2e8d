/** A webhook worker: plans deliveries and makes them. Any number of them share the work. */
import { createDoorbell, createDoorbellListener, createLagGauges, DOORBELL_DELIVERIES } from '@northwind/event-store';
import {
  type Clock,
  createService,
  type Database,
  type Health,
  type Logger,
  type Registry,
  randomId,
  randomUnit,
  type Service,
  serviceStack,
} from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { createBacklogGauges } from './backlog-gauges.ts';
import { createAnnouncer } from './dead-letters/create-announcer.ts';
import type { DeadLetterQueue } from './dead-letters/dead-letter-queue.ts';
import { createAttemptJournal } from './delivery/attempt-journal.ts';
import { claimDeliveries } from './delivery/claim-deliveries.ts';
import { createDeadlineWatch } from './delivery/deadline-watch.ts';
import { createDeliveryEngine, type DeliveryEngine } from './delivery/delivery-engine.ts';
import { createDeliveryMetrics, type DeliveryMetrics } from './delivery/delivery-metrics.ts';
import { makeAttempt } from './delivery/make-attempt.ts';
import { recordAttempts } from './delivery/record-attempts.ts';
import { releaseClaims } from './delivery/release-claims.ts';
import { createSender } from './delivery/sender.ts';
import { createResolver, type ResolveHost } from './egress/resolve-host.ts';
import { createEndpointSweeper } from './endpoints/create-endpoint-sweeper.ts';
import { HEALTH_RULES, type HealthRules } from './health/health-rules.ts';
import { createHealthReport } from './health/report-health.ts';
import { CONCURRENCY, CONNECT_TIMEOUT_MS, LEASE_MS, TOTAL_DEADLINE_MS } from './limits.ts';
import { createPlanner, type WebhookDatabase } from './planning/create-planner.ts';
import { retryPolicyOf } from './policy/retry-policy.ts';
import { RETRY_SCHEDULE, type RetrySchedule } from './policy/retry-schedule.ts';
import { createReceiptExpiry } from './receipts/create-receipt-expiry.ts';
import { expireReceipts } from './receipts/expire-receipts.ts';
import { createResendRunner } from './resending/create-resend-runner.ts';
import { createDigestPlanner } from './self-heal/create-digest-planner.ts';
import { createKeyring } from './signing/keyring.ts';
import { createSecretBox } from './signing/secret-box.ts';
import { createSecretSweeper } from './signing/secret-sweeper.ts';
import type { DeliveryTables } from './tables.ts';

export interface WebhookWorkerOptions {
  readonly database: Database<WebhookDatabase>;
  /** 32 bytes in base64, the same as whoever registers endpoints has. */
  readonly secretsKey: string;
  /** Further keys that open secrets, while they are resealed. */
  readonly oldSecretsKeys?: readonly string[];
  /** Development only: http, loopback addresses and any port. */
  readonly allowInsecureTargets: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health?: Health;
  readonly registry?: Registry;
  /** Days that receipts of finished deliveries are kept; 0, the default here: for ever. */
  readonly receiptDays?: number;
  /** Attempts in flight at most. */
  readonly concurrency?: number;
  /** Of endpoints that have no policy of their own. */
  readonly retrySchedule?: RetrySchedule;
  /** When an endpoint is overloaded, down or given up; those that are left out are the defaults. */
  readonly healthRules?: Partial<HealthRules>;
  readonly totalDeadlineMs?: number;
  /** Longer than the deadline, or a slow answer is sent for twice. */
  readonly leaseMs?: number;
  /** Where it is told what was given up; without one that waits in the outbox. */
  readonly deadLetters?: DeadLetterQueue | undefined;
  readonly resolve?: ResolveHost;
  /** In [0, 1), for jitter. */
  readonly chance?: () => number;
}

export function createWebhookWorker(options: WebhookWorkerOptions): Service {
  const { database, logger, clock, health } = options;
  const { totalDeadlineMs = TOTAL_DEADLINE_MS, leaseMs = LEASE_MS } = options;
  if (leaseMs <= totalDeadlineMs)
    throw new Error(`a lease of ${leaseMs} ms ends before a deadline of ${totalDeadlineMs} ms`);
  const metrics = createDeliveryMetrics({ registry: options.registry, inFlight: () => engine.slots.sending });
  const deadlines = createDeadlineWatch(clock);
  const sender = createSender({
    clock,
    deadlines,
    totalDeadlineMs,
    allowInsecureTargets: options.allowInsecureTargets,
    resolve: options.resolve ?? dnsResolver(options.allowInsecureTargets),
    onUnexpectedError: (error) => logger.error({ event: 'attempt.unexpected_error', error }, 'unknown failure'),
  });
  const engine = createEngine({ ...options, totalDeadlineMs, leaseMs }, sender, metrics);
  const ringer = randomId();
  const doorbell = createDoorbell({ database, channel: DOORBELL_DELIVERIES, ringer, logger });
  const onRing = (_channel: string, from: string) => {
    if (from !== ringer) engine.wake();
  };
  const onQueued = () => {
    engine.wake();
    doorbell.ring(); // other workers may have a slot free sooner
  };
  const onPlanned = (deliveries: number) => {
    metrics.planned(deliveries);
    onQueued();
  };
  const db = database.db as unknown as Kysely<DeliveryTables>;
  if (options.registry) createBacklogGauges(options.registry, db);
  return serviceStack('webhook worker', [
    closing('webhook connections', () => sender.close()),
    deadlines.service,
    engine.service,
    createDoorbellListener({ database, channels: [DOORBELL_DELIVERIES], onRing, logger, clock }),
    createSecretSweeper({ db, logger, clock }),
    createEndpointSweeper({ db, logger, clock }),
    closing('webhook doorbell', () => doorbell.close()),
    ...deadLetterServices(options, db),
    createResendRunner({ db, clock, logger, ...(health && { health }), onReleased: onQueued }),
    ...receiptExpiry(options),
    createPlanner({
      database,
      logger,
      clock,
      onPlanned,
      ...(health && { health }),
      ...(options.registry && { onLag: createLagGauges(options.registry) }),
    }),
    createDigestPlanner({ database, logger, clock, onPlanned }),
  ]);
}

function deadLetterServices({ deadLetters: queue, clock, logger }: WebhookWorkerOptions, db: Kysely<DeliveryTables>) {
  if (queue === undefined) return [];
  return [closing('dead-letter queue', async () => queue.close()), createAnnouncer({ db, queue, clock, logger })];
}

function receiptExpiry({ database, clock, logger, receiptDays: days = 0 }: WebhookWorkerOptions): Service[] {
  if (days === 0) return [];
  const db = database.db as unknown as Kysely<DeliveryTables>;
  return [createReceiptExpiry({ expire: (from) => expireReceipts(db, { days, from }), clock, logger })];
}

type EngineParts = WebhookWorkerOptions & { readonly leaseMs: number };

function createEngine(options: EngineParts, sender: ReturnType<typeof createSender>, metrics: DeliveryMetrics) {
  const { logger, clock, health, retrySchedule = RETRY_SCHEDULE, chance = randomUnit } = options;
  const db = options.database.db as unknown as Kysely<DeliveryTables>;
  const rules = { ...HEALTH_RULES, ...options.healthRules };
  const reportHealth = createHealthReport({ logger, registry: options.registry });
  const journal = createAttemptJournal({
    async write(attempts) {
      const { outcomes, healthEvents } = await recordAttempts(db, attempts, rules);
      for (const event of healthEvents) reportHealth(event);
      return outcomes;
    },
    mayGather: ({ endpointId }) => !engine.isWanting(endpointId),
    clock,
    logger,
  });
  const keyring = createKeyring(createSecretBox(options.secretsKey, options.oldSecretsKeys));
  const policy = retryPolicyOf(retrySchedule);
  const context = { sender, keyring, journal, policy, clock, chance, logger, metrics, health };
  const engine: DeliveryEngine = createDeliveryEngine({
    claim: (limits) => claimDeliveries(db, limits),
    release: (claims) => releaseClaims(db, claims),
    attempt: (delivery, onSent) => makeAttempt(context, delivery, onSent),
    interrupt: () => sender.interrupt(),
    journal,
    concurrency: options.concurrency ?? CONCURRENCY,
    leaseMs: options.leaseMs,
    clock,
    logger,
    ...(health && { health }),
  });
  return engine;
}

const DNS_TRIES = 2;

function dnsResolver(allowLocalhost: boolean): ResolveHost {
  return createResolver({ timeoutMs: CONNECT_TIMEOUT_MS / DNS_TRIES / 2, tries: DNS_TRIES, allowLocalhost });
}

function closing(name: string, close: () => Promise<void>): Service {
  return createService({ name, start: async () => undefined, stop: close });
}
