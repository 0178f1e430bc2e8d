/**
 * Sends one attempt and says how it ended. undici.request follows no redirect, sends nothing twice, and keeps
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
import { type SigningKey, signMessage } from '../signing/sign-message.ts';
import { classifyFailure, type Failure } from './classify-failure.ts';
import type { DeadlineWatch } from './deadline-watch.ts';
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

export interface Answer {
  readonly outcome: Outcome;
  readonly detail: string | null;
  readonly responseStatus: number | null;
  readonly responseHeaders: Readonly<Record<string, string | string[] | undefined>> | null;
  readonly responseBody: string | null;
  readonly responseTruncated: boolean;
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

  return {
    async send(message) {
      const target = checkTarget(message.url, options);
      if (!target.ok) return failed(classifyFailure(new BlockedTargetError()));
      const controller = new AbortController();
      const unwatch = deadlines.watch(clock.monotonicMs() + (message.timeoutMs ?? totalDeadlineMs), controller);
      try {
        return await request(agent, { message, url: target.url, clock, signal: controller.signal });
      } catch (error) {
        if (controller.signal.aborted) return failed(causeOfAbort(controller.signal));
        const failure = classifyFailure(error);
        if (failure === null) options.onUnexpectedError(error);
        return failed(failure);
      } finally {
        unwatch();
      }
    },
    interrupt: () => deadlines.abortAll('interrupted'),
    close: () => agent.destroy(),
  };
}

interface Request {
  readonly message: OutgoingMessage;
  readonly url: URL;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function request(agent: Agent, { message, url, clock, signal }: Request): Promise<Answer> {
  const { webhookId, body, keys, timeoutMs } = message;
  const timestamp = Math.floor(clock.nowMs() / 1_000);
  const response = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'accept-encoding': 'identity',
      'webhook-id': webhookId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signMessage({ webhookId, timestamp, body }, keys),
    },
    body,
    signal,
    ...(timeoutMs !== null && { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
  });
  const { statusCode, headers } = response;
  const read = await readResponseBody(response.body, headers['content-encoding'], RESPONSE_BODY_BYTES_MAX);
  const outcome = outcomeOfStatus(statusCode);
  return {
    outcome,
    detail: outcome === 'delivered' ? null : OUTCOMES[outcome],
    responseStatus: statusCode,
    responseHeaders: headers,
    responseBody: read.text,
    responseTruncated: read.truncated,
    retryAfterMs: parseRetryAfter(headers['retry-after'], clock.nowMs()),
  };
}

function causeOfAbort(signal: AbortSignal): Failure {
  const outcome: Outcome = signal.reason === 'interrupted' ? 'interrupted' : 'timeout';
  return { outcome, detail: OUTCOMES[outcome] };
}

function failed(failure: Failure | null): Answer {
  return {
    outcome: failure?.outcome ?? 'connection_failed',
    detail: failure?.detail ?? OUTCOMES.connection_failed,
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    retryAfterMs: null,
  };
}
