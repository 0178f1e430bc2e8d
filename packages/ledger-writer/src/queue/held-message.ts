/** A message that this writer has received and not yet deleted. */
export interface HeldMessage {
  /** The queue's id; the same when the queue delivers the message again. */
  readonly messageId: string;
  /** Names this delivery, for deleting it or extending it. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly receivedAtMs: number;
  /** W3C trace context that came beside the body, if any. */
  readonly traceparent?: string;
}
