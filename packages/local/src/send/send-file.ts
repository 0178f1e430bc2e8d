import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '@northwind/service-kit';
import type { QueueTarget } from '../cli/find-stack.ts';
import { createPacker, MESSAGE_BYTES_MAX } from './pack-batches.ts';
import { type Line, type LineReader, openLines } from './read-lines.ts';
import { type RefusedLine, type SentBatch, sendBatch } from './send-batch.ts';

export interface SendFileOptions {
  readonly path: string;
  readonly queue: QueueTarget;
  /** Requests at the same time. A FIFO queue gets one after the other, in order. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly onOpen?: (sizeBytes: number) => void;
  readonly onProgress?: (readBytes: number, sent: number, perSecond: number) => void;
}

export interface SendReport {
  readonly file: string;
  /** Lines that were not empty. */
  readonly lines: number;
  readonly sent: number;
  /** Messages that were sent again because the queue failed at first. */
  readonly retried: number;
  /** How many of the lines sent are no JSON object by the look of them; the writer will reject them. */
  readonly suspicious: { readonly count: number; readonly firstLines: readonly number[] };
  readonly refused: { readonly count: number; readonly first: readonly RefusedLine[] };
  readonly durationMs: number;
  readonly perSecond: number;
}

/** How many lines a report names; the rest is counted. */
const NAMED_MAX = 20;

/** Sends every line of a file that isn't empty, as it is: what it means is for the writer to judge. */
export async function sendFile(options: SendFileOptions): Promise<SendReport> {
  const { path, queue, clock } = options;
  const reader = await openLines(path);
  options.onOpen?.(reader.sizeBytes);
  const client = new SQSClient({
    region: queue.region,
    maxAttempts: 1, // sendBatch tries again, with waits long enough for a queue that restarts
    endpoint: queue.endpoint ?? new URL(queue.queueUrl).origin,
    ...(queue.credentials !== undefined && { credentials: queue.credentials }),
  });
  const startedMs = clock.monotonicMs();
  const tally = createTally();
  const batches = packLines(reader, tally);
  const work = async () => {
    for await (const batch of batches) {
      tally.addBatch(await sendBatch(batch, { client, queueUrl: queue.queueUrl, clock }));
      options.onProgress?.(reader.readBytes(), tally.sent(), perSecond(tally.sent(), clock.monotonicMs() - startedMs));
    }
  };
  try {
    // The workers share one generator: it hands each the next batch and reads no faster than they send.
    const workers = queue.queueUrl.endsWith('.fifo') ? 1 : options.concurrency;
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    client.destroy();
  }
  const durationMs = clock.monotonicMs() - startedMs;
  return {
    file: path,
    ...tally.report(),
    durationMs: Math.round(durationMs),
    perSecond: perSecond(tally.sent(), durationMs),
  };
}

async function* packLines(reader: LineReader, tally: Tally): AsyncGenerator<readonly Line[]> {
  const packer = createPacker();
  for await (const line of reader.lines()) {
    if (line.text.trim() === '') continue;
    tally.addLine(line);
    const batch = packer.add(line);
    if (batch === 'too_long') {
      tally.refuse({
        line: line.number,
        reason: `longer than ${MESSAGE_BYTES_MAX} bytes, the most a message may have`,
      });
    } else if (batch !== null) {
      yield batch;
    }
  }
  const rest = packer.rest();
  if (rest.length > 0) yield rest;
}

interface Tally {
  addLine(line: Line): void;
  addBatch(batch: SentBatch): void;
  refuse(line: RefusedLine): void;
  sent(): number;
  report(): Omit<SendReport, 'file' | 'durationMs' | 'perSecond'>;
}

function createTally(): Tally {
  let lines = 0;
  let sent = 0;
  let retried = 0;
  let refusedCount = 0;
  let suspiciousCount = 0;
  const refused: RefusedLine[] = [];
  const firstLines: number[] = [];
  const refuse = (line: RefusedLine) => {
    refusedCount += 1;
    if (refused.length < NAMED_MAX) refused.push(line);
  };
  return {
    addLine: ({ number, text }) => {
      lines += 1;
      if (looksLikeObject(text)) return;
      suspiciousCount += 1;
      if (firstLines.length < NAMED_MAX) firstLines.push(number);
    },
    addBatch: (batch) => {
      sent += batch.sent;
      retried += batch.retried;
      batch.refused.forEach(refuse);
    },
    refuse,
    sent: () => sent,
    report: () => ({
      lines,
      sent,
      retried,
      suspicious: { count: suspiciousCount, firstLines },
      refused: { count: refusedCount, first: refused.toSorted((a, b) => a.line - b.line) },
    }),
  };
}

function looksLikeObject(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith('{') && trimmed.endsWith('}');
}

function perSecond(count: number, durationMs: number): number {
  return durationMs <= 0 ? 0 : Math.round((count / durationMs) * 1_000);
}
