/** What one row must be by itself: everything in it that follows from the event is computed again. */
import { hash } from 'node:crypto';
import { canonicalBody, idempotencyKey, partitionOf, readStoredData } from '@northwind/events';
import type { EventRow } from './read-rows.ts';

/** In words, what is wrong; empty when nothing is. */
export type RowCheck = (row: EventRow) => readonly string[];

/** There are some hundred merchants in a partition; an attacker's rows must not fill the memory. */
const MERCHANTS_KEPT_MAX = 100_000;
const NOTHING: readonly string[] = [];

/** `onEvent` is told of each row whose data can be read. */
export function createRowCheck(
  partitionCount: number,
  onEvent: (row: EventRow, data: object) => void = () => undefined,
): RowCheck {
  const partitions = new Map<string, number>();

  function partitionOfMerchant(merchantId: string): number {
    let partition = partitions.get(merchantId);
    if (partition === undefined) {
      partition = partitionOf(merchantId, partitionCount);
      if (partitions.size < MERCHANTS_KEPT_MAX) partitions.set(merchantId, partition);
    }
    return partition;
  }

  return (row) => {
    try {
      const { type, subject, occurredAt: time, merchantId } = row;
      const data = readStoredData(row.data);
      if (typeof data !== 'object' || data === null) return ['data is not an object'];
      onEvent(row, data); // whatever else is wrong with it: it is money
      if (time === null || row.recordedAt === null) return ['a time is not an instant of a year from 1 to 9999'];
      const problems = [
        idempotencyKey(type, subject, time) === row.idempotencyKey
          ? null
          : 'idempotency_key is not that of type, subject and occurred_at',
        hash('sha256', canonicalBody({ type, subject, time, data }), 'hex') === row.fingerprint.toString('hex')
          ? null
          : 'fingerprint is not that of type, subject, occurred_at and data',
        hasOnlyCanonicalNumbers(row.data) ? null : 'data holds a number that is not as the event wrote it',
        (data as { merchantId?: unknown }).merchantId === merchantId ? null : 'merchant_id is not that in data',
        partitionOfMerchant(merchantId) === row.partition ? null : 'the merchant belongs to another partition',
      ];
      return problems.every((problem) => problem === null) ? NOTHING : problems.filter((problem) => problem !== null);
    } catch (error) {
      return [`the row can not be read as an event: ${error instanceof Error ? error.message : String(error)}`];
    }
  };
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*/g;

/**
 * jsonb keeps more digits than a number of JSON has: 1000.00 and 1000.00000000000001 read as 1000, and SQL sums them as
 * they stand. An event came in canonical form, so each number is the shortest that reads as it does.
 */
function hasOnlyCanonicalNumbers(data: string): boolean {
  for (const [token] of data.matchAll(STRING_OR_NUMBER)) {
    if (!token.startsWith('"') && token !== inDigits(Number(token))) return false;
  }
  return true;
}

/** As jsonb writes it: without an exponent. */
function inDigits(value: number): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent = ''] = /^(-?)(\d+)\.?(\d*)e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === '') return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
