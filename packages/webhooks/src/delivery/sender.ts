/**
 * Sends one attempt and says how it ended. The client follows no redirect, sends nothing twice, and keeps
 * connections alive per origin; every connection it opens goes through the guarded connector.
 */
import type { Clock } from '@northwind/service-kit';
import { Agent } from 'undici';
import { checkTarget, type TargetRules } from '../egress/check-target.ts';
import { BlockedTargetError, createGuardedConnector } from '../egress/guarded-connector.ts';
import type { ResolveHost } from '../egress/resolve-host.ts';
import {
  CONNECT_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  RESPONSE_BODY_BYTES_MAX,
  RESPONSE_HEADER_BYTES_MAX,
} from '../limits.ts';
import { type Exchange as ExchangeRecord, type HeaderRecord, NO_EXCHANGE } from '../receipts/receipt.ts';
import { redactHeaders } from '../receipts/redact-headers.ts';
import { type SigningKey, signMessage } from '../signing/sign-message.ts';
import { classifyFailure, type Failure } from './classify-failure.ts';
import type { AbortReason, DeadlineWatch } from './deadline-watch.ts';
import { type AnswerHead, createExchanger, type Exchange } from './exchange.ts';
import { OUTCOMES, type Outcome, outcomeOfStatus } from './outcome.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { readResponseBody } from './read-response-body.ts';

export interface OutgoingMessage {
  readonly url: string;
  readonly webhookId: string;
  readonly body: string;
  readonly keys: readonly SigningKey[];
  /** The endpoint's own total deadline; null: the sender's. */
  readonly timeoutMs: number | null;
}

export interface Answer extends ExchangeRecord {
  readonly outcome: Outcome;
  readonly detail: string | null;
  readonly retryAfterMs: number | null;
}

export interface Sender {
  /** Never rejects, and always resolves within the deadline. */
  send(message: OutgoingMessage): Promise<Answer>;
  /** Cuts off what is under way; each ends as `interrupted`, unless its status was already there. */
  interrupt(): void;
  close(): Promise<void>;
}

export interface SenderOptions extends TargetRules {
  readonly clock: Clock;
  readonly resolve: ResolveHost;
  readonly deadlines: DeadlineWatch;
  readonly totalDeadlineMs: number;
  /** Told of an error that no request should fail with. */
  readonly onUnexpectedError: (error: unknown) => void;
}

const USER_AGENT = 'Northwind-Settlement-Webhooks/1';

export function createSender(options: SenderOptions): Sender {
  const { clock, deadlines, totalDeadlineMs } = options;
  const agent = new Agent({
    connect: createGuardedConnector({ ...options, connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, totalDeadlineMs) }),
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, totalDeadlineMs),
    bodyTimeout: totalDeadlineMs,
    maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
    pipelining: 1,
  });

  const exchanger = createExchanger(agent, clock);

  return {
    async send(message) {
      const target = checkTarget(message.url, options);
      if (!target.ok) return failed(classifyFailure(new BlockedTargetError()), NO_EXCHANGE);
      const { url } = target;
      const headers = headersOf(message, clock);
      const exchange = exchanger.post({ ...message, url, headers });
      const unwatch = deadlines.watch(clock.monotonicMs() + (message.timeoutMs ?? totalDeadlineMs), exchange);
      await exchange.ended;
      unwatch();
      const requestHeaders = exchange.started ? sentHeaders(message, url, headers) : null;
      if (exchange.head !== null) return answered(exchange, exchange.head, { requestHeaders, clock });
      const failure = exchange.abortedBy ? aborted(exchange.abortedBy) : classifyFailure(exchange.error);
      if (failure === null) options.onUnexpectedError(exchange.error);
      return failed(failure, { ...NO_EXCHANGE, ...exchange.times, requestHeaders });
    },
    interrupt: () => deadlines.abortAll('interrupted'),
    close: () => {
      exchanger.close();
      return agent.destroy();
    },
  };
}

interface Sent {
  readonly requestHeaders: HeaderRecord | null;
  readonly clock: Clock;
}

/** The status decides, whatever became of the body. */
async function answered(exchange: Exchange, { status, headers }: AnswerHead, sent: Sent): Promise<Answer> {
  const read = await readResponseBody(exchange.body, headers['content-encoding'], RESPONSE_BODY_BYTES_MAX);
  const outcome = outcomeOfStatus(status);
  return {
    outcome,
    detail: outcome === 'delivered' ? null : OUTCOMES[outcome],
    ...exchange.times,
    requestHeaders: sent.requestHeaders,
    responseStatus: status,
    responseHeaders: redactHeaders(headers),
    responseBody: read.text,
    responseTruncated: read.truncated,
    responseSha256: read.sha256,
    retryAfterMs: parseRetryAfter(headers['retry-after'], sent.clock.nowMs()),
  };
}

function headersOf({ webhookId, body, keys }: OutgoingMessage, clock: Clock): Record<string, string> {
  const timestamp = Math.floor(clock.nowMs() / 1_000);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'accept-encoding': 'identity',
    'webhook-id': webhookId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signMessage({ webhookId, timestamp, body }, keys),
  };
}

/** With those that the client adds by itself; a test compares them with what arrives. */
function sentHeaders(message: OutgoingMessage, url: URL, headers: Readonly<Record<string, string>>): HeaderRecord {
  const contentLength = String(Buffer.byteLength(message.body));
  return redactHeaders({
    host: url.host,
    connection: 'keep-alive',
    ...headers,
    'content-length': contentLength,
  });
}

function aborted(reason: AbortReason): Failure {
  const outcome: Outcome = reason === 'interrupted' ? 'interrupted' : 'timeout';
  return { outcome, detail: OUTCOMES[outcome] };
}

function failed(failure: Failure | null, exchange: ExchangeRecord): Answer {
  const { outcome, detail } = failure ?? {
    outcome: 'connection_failed',
    detail: OUTCOMES.connection_failed,
  };
  // What is behind a name inside of our network is not the merchant's to learn, nor how quickly it answers.
  return { ...(outcome === 'blocked_target' ? NO_EXCHANGE : exchange), outcome, detail, retryAfterMs: null };
}
