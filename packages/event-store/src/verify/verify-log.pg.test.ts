import { hash } from 'node:crypto';
import { canonicalBody } from '@northwind/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { openSealedLog, type SealedLog } from '../../test/sealed-log.ts';
import { anchorText, parseAnchor } from '../seal/anchor-text.ts';
import { readSealHeads } from '../seal/seal-heads.ts';
import type { VerifyReport } from './verify-log.ts';

// Every event is of one merchant, so all stand in one partition; its first 60 are sealed in blocks of 20.
const MERCHANT = 'mer_001';
const P = 4;
const SEALED = 60;
const UNSEALED = 10;

const ofMerchant = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => ({
    event: payment({
      paymentId: `${prefix}_${i}`,
      merchantId: MERCHANT,
      time: `2026-11-22T06:00:00.${String(i).padStart(6, '0')}Z`,
    }),
    messageId: i % 2 === 0 ? `${prefix}_message_${i}` : null,
  }));

const found = ({ findings }: VerifyReport) =>
  findings.map(({ kind, partition, offset, toOffset }) =>
    toOffset - offset === 1n ? `${kind} ${partition}/${offset}` : `${kind} ${partition}/${offset}-${toOffset - 1n}`,
  );

describe('verify', () => {
  let sealed: SealedLog;

  beforeEach(async () => {
    sealed = await openSealedLog();
    for (let i = 0; i < SEALED; i += 20) {
      await sealed.log.append(ofMerchant(20, `sealed_${i}`));
      await sealed.seal();
    }
    await sealed.log.append(ofMerchant(UNSEALED, 'unsealed'));
  });
  afterEach(() => sealed[Symbol.asyncDispose]());

  /** The statement that makes a row say something else, key and fingerprint included: nothing in it is wrong. */
  async function consistentChange(offset: number, amount: number): Promise<string> {
    const { rows } = await sealed.database.pool.query(
      `select type, subject, occurred_at as time, data from ledger.events where partition = ${P} and "offset" = $1`,
      [offset],
    );
    const data = { ...rows[0].data, amount };
    const fingerprint = hash('sha256', canonicalBody({ ...rows[0], data }), 'hex');
    return `update ledger.events set data = '${JSON.stringify(data)}', fingerprint = '\\x${fingerprint}'
            where partition = ${P} and "offset" = ${offset}`;
  }

  it('finds nothing in a log that nobody has touched, and tells what is not sealed yet', async () => {
    const total = SEALED + UNSEALED;
    expect(await sealed.verify()).toEqual({
      events: total,
      partitions: 16,
      blocks: 3,
      unsealed: BigInt(UNSEALED),
      findings: [],
      findingCount: 0n,
    });
  });

  const at = (offset: number) => `where partition = ${P} and "offset" = ${offset}`;
  const swap = (one: number, other: number) => [
    `update ledger.events set "offset" = 1000 ${at(one)}`,
    `update ledger.events set "offset" = ${one} ${at(other)}`,
    `update ledger.events set "offset" = ${other} ${at(1000)}`,
  ];
  const copyOf = (offset: number, to: number) =>
    `insert into ledger.events select partition, ${to}, version, gen_random_uuid(), occurred_at, recorded_at, type,
     merchant_id, subject, fingerprint, message_id, trace, data from ledger.events ${at(offset)}`;

  it.each([
    ['data', [`update ledger.events set data = data || '{"amount": 1}' ${at(25)}`], ['changed 4/25']],
    ['data of an event that is not sealed', [`update ledger.events set data = '{}' ${at(65)}`], ['changed 4/65']],
    ['the fingerprint', [`update ledger.events set fingerprint = sha256('') ${at(3)}`], ['changed 4/3']],
    ['the key', [`update ledger.events set idempotency_key = gen_random_uuid() ${at(59)}`], ['changed 4/59']],
    ['the type', [`update ledger.events set type = 'payout.settled' ${at(0)}`], ['changed 4/0']],
    ['the merchant', [`update ledger.events set merchant_id = 'mer_002' ${at(19)}`], ['changed 4/19']],
    ['the version', [`update ledger.events set version = 2 ${at(20)}`], ['changed 4/20']],
    [
      'recorded_at',
      [`update ledger.events set recorded_at = recorded_at + '1 microsecond' ${at(19)}`],
      ['changed 4/19'],
    ],
    [
      'recorded_at to no time at all',
      [`update ledger.events set recorded_at = 'infinity' ${at(19)}`],
      ['changed 4/19'],
    ],
    ['message_id', [`update ledger.events set message_id = 'another' ${at(40)}`], ['changed 4/40']],
    ['message_id, taken away', [`update ledger.events set message_id = null ${at(40)}`], ['changed 4/40']],
    ['trace', [`update ledger.events set trace = '00-1-1-01' ${at(41)}`], ['changed 4/41']],
    [
      'several rows',
      [`update ledger.events set version = 9 where partition = ${P} and "offset" between 18 and 22`],
      ['changed 4/18-22'],
    ],
    ['a row deleted in the middle', [`delete from ledger.events ${at(30)}`], ['missing 4/30']],
    [
      'rows deleted over a whole block',
      [`delete from ledger.events where "offset" between 15 and 45`],
      ['missing 4/15-45'],
    ],
    ['the first row deleted', [`delete from ledger.events ${at(0)}`], ['missing 4/0']],
    ['two rows swapped within a block', swap(22, 27), ['reordered 4/22', 'reordered 4/27']],
    ['two rows swapped across blocks', swap(5, 50), ['reordered 4/5', 'reordered 4/50']],
    ['a row added above the head', [copyOf(30, 70)], ['changed 4/70']],
  ])('names the coordinate: %s', async (_, statements, expected) => {
    await sealed.tamper(...statements);
    expect(found(await sealed.verify())).toEqual(expected);
  });
});
