import { createHash } from 'node:crypto';
import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';

/** What a FIFO queue orders by when a line names no merchant; the writer rejects it anyway. */
const UNKNOWN_MERCHANT = 'unknown';

/**
 * One entry of a batch. A FIFO queue keeps each merchant's events in order and drops what it got five minutes before.
 */
export function addressMessage(id: string, body: string, isFifo: boolean): SendMessageBatchRequestEntry {
  if (!isFifo) return { Id: id, MessageBody: body };
  return {
    Id: id,
    MessageBody: body,
    MessageGroupId: merchantOf(body),
    MessageDeduplicationId: createHash('sha256').update(body).digest('hex'),
  };
}

function merchantOf(body: string): string {
  try {
    const { data } = JSON.parse(body) as { data?: { merchantId?: unknown } };
    // What SQS allows in a group's name.
    return typeof data?.merchantId === 'string' && /^[\x21-\x7e]{1,128}$/.test(data.merchantId)
      ? data.merchantId
      : UNKNOWN_MERCHANT;
  } catch {
    return UNKNOWN_MERCHANT;
  }
}
