import canonicalize from 'canonicalize';
import { canonicalInstant, type Instant } from '../instant/parse-instant.ts';
import { hashText } from './hash-text.ts';

/**
 * SHA-256 of the RFC 8785 canonical JSON of `{type, subject, time, data}`: what tells a duplicate from a conflict.
 * Throws a RangeError when `time` is not a timestamp, and an Error on data that JSON can't hold.
 */
export function fingerprint(event: { type: string; subject: string; time: string; data: object }): Uint8Array {
  return hashText(canonicalBody(event));
}

/** The text whose SHA-256 is the fingerprint. Throws like fingerprint. */
export function canonicalBody(event: { type: string; subject: string; time: string; data: object }): string {
  return bodyOf({ ...event, time: canonicalInstant(event.time) }, canonicalJson(event.data));
}

/** RFC 8785 canonical JSON. */
export function canonicalJson(value: object): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no JSON form');
  return text;
}

/** As fingerprint, when the canonical forms of time and data are known. */
export function fingerprintOf(
  event: { type: string; subject: string; time: Instant },
  canonicalData: string,
): Uint8Array {
  return hashText(bodyOf(event, canonicalData));
}

/** The members stand in canonical order. */
function bodyOf({ type, subject, time }: { type: string; subject: string; time: Instant }, data: string): string {
  return `{"data":${data},"subject":${JSON.stringify(subject)},"time":"${time}","type":${JSON.stringify(type)}}`;
}
