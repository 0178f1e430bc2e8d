/**
 * The trace context that a message carries beside its body: the message attribute `traceparent` (W3C, what
 * OpenTelemetry writes), or else the system attribute `AWSTraceHeader` (X-Ray), which is the same ids in another dress.
 */
import { isTraceparent } from '@northwind/events';

export interface TraceAttributes {
  readonly traceparent: string | undefined;
  readonly awsTraceHeader: string | undefined;
}

/** `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=1`, in any order and with other members. */
const XRAY_ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/;
const XRAY_PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/;
const XRAY_SAMPLED = /(?:^|;)\s*Sampled=1(?:;|$)/;

/** The W3C form of it; undefined when there is none or it is not valid. */
export function readTrace({ traceparent, awsTraceHeader }: TraceAttributes): string | undefined {
  if (traceparent !== undefined && isTraceparent(traceparent)) return traceparent;
  if (awsTraceHeader === undefined) return undefined;
  const [, seconds, random] = XRAY_ROOT.exec(awsTraceHeader) ?? [];
  const [, parent] = XRAY_PARENT.exec(awsTraceHeader) ?? [];
  const translated = `00-${seconds}${random}-${parent}-${XRAY_SAMPLED.test(awsTraceHeader) ? '01' : '00'}`;
  return isTraceparent(translated) ? translated : undefined;
}
