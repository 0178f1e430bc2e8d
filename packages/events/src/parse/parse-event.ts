import { type CatalogueEntry, type EventType, isEventType } from '../catalogue/catalogue.ts';
import { versionOf } from '../envelope/dataschema.ts';
import { envelope } from '../envelope/envelope.ts';
import { isTraceparent } from '../envelope/traceparent.ts';
import { deriveKey } from '../identity/derive-key.ts';
import { canonicalJson, fingerprintOf } from '../identity/fingerprint-event.ts';
import { type Instant, parseInstant } from '../instant/parse-instant.ts';
import { explainIssue } from './explain-issue.ts';
import { readJson } from './read-json.ts';
import { quote, type Rejection, type RejectionCode, rejection } from './rejection.ts';

/** `data` as on the wire: what the catalogue asks for, and whatever else the producer put there. */
export interface EventData {
  readonly merchantId: string;
  readonly [member: string]: unknown;
}

export interface Money {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** An event that the log may hold. */
export interface SettlementEvent {
  readonly type: EventType;
  readonly version: number;
  readonly subject: string;
  readonly merchantId: string;
  readonly occurredAt: Instant;
  /** A UUIDv8. */
  readonly idempotencyKey: string;
  /** 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly data: EventData;
  /** `data` as RFC 8785 canonical JSON: what the fingerprint covers, and safe for jsonb. */
  readonly canonicalData: string;
  /** The amount of the event, signed for adjustments; null for types that carry none. */
  readonly money: Money | null;
  /** W3C trace context of the producer, if it sent a valid one. */
  readonly traceparent: string | null;
}

export type ParseResult =
  | { readonly ok: true; readonly event: SettlementEvent }
  | { readonly ok: false; readonly rejection: Rejection };

export interface ParseOptions {
  /** When the message was received, unix milliseconds. An event may lie at most a day ahead of it. */
  readonly receivedAtMs: number;
}

export const FUTURE_MS_MAX = 86_400_000;

/**
 * Reads one message body. Never throws: what can't be an event is a rejection that names the field and what to send.
 * Checks run in a fixed order (text, JSON, envelope, version, time, data), and the first that fails is the answer.
 */
export function parseEvent(body: string, options: ParseOptions): ParseResult {
  const read = readEvent(body, options);
  return read.ok ? { ok: true, event: makeEvent(read) } : read;
}

interface ReadEvent {
  readonly ok: true;
  readonly entry: CatalogueEntry;
  readonly subject: string;
  readonly time: { readonly instant: Instant; readonly unixMs: number };
  readonly traceparent: unknown;
  /** Kept as it came: zod's output would lose unusual keys. */
  readonly data: EventData;
}

interface Refused {
  readonly ok: false;
  readonly rejection: Rejection;
}

/** Every check of parseEvent, without the key and the fingerprint. */
export function readEvent(body: string, options: ParseOptions): ReadEvent | Refused {
  const json = readJson(body);
  if (!json.ok) return json;
  const value = json.value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('not_an_object', 'body', `is ${quote(value)}; send one CloudEvent as a JSON object`);
  }
  const checked = envelope.safeParse(value);
  if (!checked.success) return { ok: false, rejection: explainIssue(checked.error, value, []) };
  const { type, subject, data, traceparent } = checked.data;
  if (!isEventType(type)) throw new Error('the envelope accepted a type that is not in the catalogue');

  const version = versionOf(type, checked.data.dataschema);
  if (!version.ok) return refused(version.code, 'dataschema', version.message);

  const time = parseInstant(checked.data.time);
  if (!time.ok) return refused(time.code, 'time', `${quote(checked.data.time)} ${time.message}`);
  if (time.unixMs > options.receivedAtMs + FUTURE_MS_MAX) {
    return refused('time_in_future', 'time', `${time.instant} is more than a day ahead; check the producer’s clock`);
  }

  const { entry } = version;
  const accepted = entry.schema.safeParse(data);
  if (!accepted.success) return { ok: false, rejection: explainIssue(accepted.error, data, ['data']) };
  return { ok: true, entry, subject, time, traceparent, data: data as EventData };
}

function makeEvent({ entry, subject, time, traceparent, data }: ReadEvent): SettlementEvent {
  const { type, version } = entry;
  const canonicalData = canonicalJson(data);
  return {
    type,
    version,
    subject,
    merchantId: data.merchantId,
    occurredAt: time.instant,
    idempotencyKey: deriveKey(type, subject, time),
    fingerprint: fingerprintOf({ type, subject, time: time.instant }, canonicalData),
    data,
    canonicalData,
    money: entry.carriesMoney ? moneyOf(data as MoneyData) : null,
    traceparent: typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : null,
  };
}

interface MoneyData extends EventData {
  readonly amount: number;
  readonly currency: string;
}

function moneyOf(data: MoneyData): Money {
  return { amountMinor: BigInt(data.amount), currency: data.currency };
}

function refused(code: RejectionCode, field: string, message: string): Refused {
  return { ok: false, rejection: rejection(code, field, `${field} ${message}`) };
}
