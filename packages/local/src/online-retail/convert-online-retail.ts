import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type EventType, toJson } from '@northwind/events';
import { parse } from 'csv-parse';
import { createLineConverter } from './convert-line.ts';
import { COLUMNS, readRetailLine } from './retail-line.ts';

export interface ConversionOptions {
  /** The CSV, or its gzip when the name ends in `.gz`. */
  readonly from: string;
  /** Where the events go, one a line (gzip when the name ends in `.gz`); null is the standard output. */
  readonly to: string | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ConversionProgress) => void;
}

export interface ConversionProgress {
  readonly lines: number;
  /** Of the file as it lies on disk. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface ConversionSummary {
  readonly lines: number;
  readonly payments: number;
  readonly refunds: number;
  readonly adjustments: number;
  readonly merchants: number;
}

/** The CSV is not what it should be; the message says where. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError';
}

const PROGRESS_EVERY_LINES = 2_000;
// Strings of about this size are written at once; one write per event would cost more than making the event.
const CHUNK_CHARACTERS = 64 * 1024;

/** Converts the Online Retail CSV into CloudEvents as docs/online-retail.md says, in the order of its lines. */
export async function convertOnlineRetail(options: ConversionOptions): Promise<ConversionSummary> {
  const { from, to, signal, onProgress } = options;
  const bytesTotal = statSync(from).size;
  const file = createReadStream(from);
  const unzip = from.endsWith('.gz') ? createGunzip() : new PassThrough();
  const zip = to?.endsWith('.gz') ? createGzip() : new PassThrough();
  const sink = to === null ? process.stdout : createWriteStream(to);
  const summary = { lines: 0, payments: 0, refunds: 0, adjustments: 0, merchants: new Set<string>() };
  const report = () => onProgress?.({ lines: summary.lines, bytesRead: file.bytesRead, bytesTotal });
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true });
  const events = (records: AsyncIterable<string[]>) => convertRecords(records, summary, report);
  await pipeline(file, unzip, parser, events, zip, sink, { end: to !== null, ...(signal && { signal }) });
  report();
  return { ...summary, merchants: summary.merchants.size };
}

type Tally = { lines: number; merchants: Set<string> } & Record<'payments' | 'refunds' | 'adjustments', number>;

const TALLIED: Partial<Record<EventType, 'payments' | 'refunds' | 'adjustments'>> = {
  'payment.captured': 'payments',
  'refund.succeeded': 'refunds',
  'adjustment.posted': 'adjustments',
};

async function* convertRecords(
  records: AsyncIterable<string[]>,
  summary: Tally,
  onProgress: () => void,
): AsyncGenerator<string> {
  const convert = createLineConverter();
  let isHeader = true;
  let chunk = '';
  for await (const record of records) {
    if (isHeader) {
      checkHeader(record);
      isHeader = false;
      continue;
    }
    summary.lines += 1;
    const line = readRetailLine(record);
    if ('wrong' in line) throw new ConversionError(`line ${summary.lines + 1}: ${line.wrong}`);
    const event = convert(line);
    const tallied = TALLIED[event.type];
    if (tallied) summary[tallied] += 1;
    summary.merchants.add(line.stockCode.slice(0, 3));
    chunk += `${toJson(event)}\n`;
    if (summary.lines % PROGRESS_EVERY_LINES === 0) onProgress();
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (isHeader) throw new ConversionError(`the file is empty: its first line should be ${COLUMNS.join(',')}`);
  if (chunk !== '') yield chunk;
}

function checkHeader(header: readonly string[]): void {
  const isRight = COLUMNS.every((column, index) => header[index] === column) && header.length === COLUMNS.length;
  if (isRight) return;
  throw new ConversionError(`line 1: the columns are ${header.join(',')}; they should be ${COLUMNS.join(',')}`);
}
