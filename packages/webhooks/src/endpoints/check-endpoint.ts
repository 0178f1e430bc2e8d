/** Whether an endpoint may be registered, or changed to this: its URL, where that leads today, and its event types. */
import { checkTarget, type TargetRules } from '../egress/check-target.ts';
import { BlockedTargetError, resolveAllowed } from '../egress/guarded-connector.ts';
import { createResolver, type ResolveHost } from '../egress/resolve-host.ts';
import { isWebhookEventType, type WebhookEventType } from '../planning/event-types.ts';
import type { EndpointProblemCode } from './endpoint-problem.ts';

export interface CheckOptions extends TargetRules {
  /** The DNS by default. */
  readonly resolve?: ResolveHost;
}

interface Refused {
  readonly ok: false;
  readonly code: EndpointProblemCode;
}

/** A person waits for the answer; a name that does not resolve now is judged at every connection anyway. */
const LOOKUP = { timeoutMs: 1_000, tries: 1 };

/** `url` as it is stored. */
export async function checkUrl(
  url: string,
  options: CheckOptions,
): Promise<{ readonly ok: true; readonly url: string } | Refused> {
  const target = checkTarget(url, options);
  if (!target.ok) return target;
  if (await resolvesToForbidden(target.url.hostname, options)) return { ok: false, code: 'url_address_forbidden' };
  return { ok: true, url: target.url.href };
}

/** `eventTypes` without repetitions. */
export function checkEventTypes(
  eventTypes: readonly string[],
): { readonly ok: true; readonly eventTypes: readonly WebhookEventType[] } | Refused {
  if (eventTypes.length === 0) return { ok: false, code: 'event_types_empty' };
  if (!eventTypes.every(isWebhookEventType)) return { ok: false, code: 'event_type_unknown' };
  return { ok: true, eventTypes: [...new Set(eventTypes.filter(isWebhookEventType))] };
}

async function resolvesToForbidden(host: string, options: CheckOptions): Promise<boolean> {
  const { allowInsecureTargets } = options;
  const resolve = options.resolve ?? createResolver({ ...LOOKUP, allowLocalhost: allowInsecureTargets });
  try {
    await resolveAllowed(host, resolve, { allowInsecureTargets });
    return false;
  } catch (error) {
    return error instanceof BlockedTargetError;
  }
}
