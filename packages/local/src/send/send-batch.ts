import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { backoff, type Clock, StartupError } from '@northwind/service-kit';
import { addressMessage } from './address-message.ts';
import type { Line } from './read-lines.ts';

export interface SendBatchOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly clock: Clock;
}

/** A line that the queue will never take. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

export interface SentBatch {
  readonly sent: number;
  readonly retried: number;
  readonly refused: readonly RefusedLine[];
}

/** With the wait between them about half a minute of trouble is sat out. */
const ATTEMPTS_MAX = 10;
const delayMs = backoff({ baseMs: 200, capMs: 8_000 });

/**
 * Sends up to ten lines. A batch may succeed in part: what failed by the queue's fault is sent again, alone; what
 * failed by the sender's (characters that SQS does not take) is refused for good.
 */
export async function sendBatch(lines: readonly Line[], options: SendBatchOptions): Promise<SentBatch> {
  const { client, queueUrl, clock } = options;
  const isFifo = queueUrl.endsWith('.fifo');
  const refused: RefusedLine[] = [];
  let left = lines;
  let retried = 0;
  for (let attempt = 1; ; attempt += 1) {
    const entries = left.map((line, index) => addressMessage(String(index), line.text, isFifo));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const answer = await client.send(command).catch((error: unknown) => {
      if (attempt === ATTEMPTS_MAX || !isQueueAway(error)) throw error;
      return null;
    });
    const again: Line[] = answer === null ? [...left] : [];
    for (const { Id, SenderFault, Message, Code } of answer?.Failed ?? []) {
      const line = left[Number(Id)];
      if (line === undefined) continue;
      if (SenderFault) refused.push({ line: line.number, reason: Message ?? Code ?? 'refused by the queue' });
      else again.push(line);
    }
    if (again.length === 0) return { sent: lines.length - refused.length, retried, refused };
    if (attempt === ATTEMPTS_MAX) {
      throw new StartupError(`the queue fails to take line ${again[0]?.number} again and again`, {
        hint: 'look at the queue, then send the file once more: what arrives twice counts once',
      });
    }
    retried += again.length;
    left = again;
    await clock.sleep(delayMs(attempt));
  }
}

/** The request did not get an answer, or one that says "not now": a queue that restarts, a network that hiccups. */
function isQueueAway(error: unknown): boolean {
  const { code, $metadata, name } = error as {
    readonly code?: string;
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  return (
    /^E(CONN|PIPE|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)/.test(code ?? '') ||
    name === 'TimeoutError' ||
    (status !== undefined && (status >= 500 || status === 429))
  );
}
