import { hash } from 'node:crypto';
import { canonicalBody, parseEvent, partitionOf, paymentCaptured, toJson } from '@northwind/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payment, payments } from '../../test/events.ts';
import { openSealedLog, type SealedLog } from '../../test/sealed-log.ts';
import { anchorText, parseAnchor } from '../seal/anchor-text.ts';
import { readSealHeads } from '../seal/seal-heads.ts';
import { createFindings } from './finding.ts';
import { createSealMatch } from './match-seals.ts';
import type { VerifyReport } from './verify-log.ts';

// Every event is of one merchant, so all stand in one partition; its first 60 are sealed in blocks of 20.
const MERCHANT = 'mer_001';
const P = 4;
const NEIGHBOUR =
  Array.from({ length: 100 }, (_, i) => `neighbour_${i}`).find((merchantId) => partitionOf(merchantId, 16) === P) ?? '';
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

const TIME = '2026-11-22T06:00:00Z';
const RECEIVED_MS = Date.parse(TIME);
const CAPTURE = { merchantId: MERCHANT, amount: 1, fee: 0, currency: 'EUR', time: TIME };

/** Where the change makes the sum another one, that is found as well. */
const MONEY = `tally_changed ${P}/0`;

const found = ({ findings }: VerifyReport) =>
  findings.map(({ kind, partition, offset, toOffset, detail }) =>
    kind === 'guard_off'
      ? `${kind} ${detail}`
      : toOffset - offset === 1n
        ? `${kind} ${partition}/${offset}`
        : `${kind} ${partition}/${offset}-${toOffset - 1n}`,
  );

const KEYS_OFF = ['events_idempotency_key_unique', 'events_pk'].map(
  (constraint) => `guard_off events: constraint ${constraint} is not there`,
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
      anchored: null,
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
  const lowerHead = (to: number) => `update ledger.partitions set next_offset = ${to} where partition = ${P}`;
  const lowerTally = (by: number) =>
    `update ledger.intake set messages = messages - ${by}, amount_minor = amount_minor - ${by} * 1000`;
  const raiseTally = (by: number) => `update ledger.intake set amount_minor = amount_minor + ${by}`;
  const copyOf = (offset: number, to: number) =>
    `insert into ledger.events select partition, ${to}, version, gen_random_uuid(), occurred_at, recorded_at, type,
     merchant_id, subject, fingerprint, message_id, trace, data from ledger.events ${at(offset)}`;

  it.each([
    ['data', [`update ledger.events set data = data || '{"amount": 1}' ${at(25)}`], [MONEY, 'changed 4/25']],
    [
      'data of an event that is not sealed',
      [`update ledger.events set data = '{}' ${at(65)}`],
      [MONEY, 'changed 4/65'],
    ],
    ['the fingerprint', [`update ledger.events set fingerprint = sha256('') ${at(3)}`], ['changed 4/3']],
    ['the key', [`update ledger.events set idempotency_key = gen_random_uuid() ${at(59)}`], ['changed 4/59']],
    ['the type', [`update ledger.events set type = 'payout.settled' ${at(0)}`], ['changed 4/0']],
    ['the merchant', [`update ledger.events set merchant_id = 'mer_002' ${at(19)}`], ['changed 4/19']],
    ['the version', [`update ledger.events set version = 2 ${at(20)}`], [MONEY, 'changed 4/20']],
    [
      'recorded_at',
      [`update ledger.events set recorded_at = recorded_at + '1 microsecond' ${at(19)}`],
      ['changed 4/19'],
    ],
    [
      'recorded_at to no time at all',
      [
        'alter table ledger.events drop constraint events_recorded_at_is_finite',
        `update ledger.events set recorded_at = 'infinity' ${at(19)}`,
        'alter table ledger.events add constraint events_recorded_at_is_finite check (isfinite(recorded_at)) not valid',
      ],
      ['changed 4/19'],
    ],
    [
      'the amount, not sealed yet',
      [`update ledger.events set data = data || '{"amount": 1}' ${at(65)}`],
      [MONEY, 'changed 4/65'],
    ],
    [
      'the key, not sealed yet',
      [`update ledger.events set idempotency_key = gen_random_uuid() ${at(66)}`],
      ['changed 4/66'],
    ],
    [
      'the merchant, to one of the same partition',
      [`update ledger.events set merchant_id = '${NEIGHBOUR}' ${at(67)}`],
      ['changed 4/67'],
    ],
    [
      'the partition, with heads and tallies made to match',
      [
        `update ledger.events set partition = 5, "offset" = 0 ${at(69)}`,
        lowerHead(69),
        lowerTally(1),
        'update ledger.partitions set next_offset = 1 where partition = 5',
        `insert into ledger.intake (day, partition, outcome, currency, messages, amount_minor)
         values ('2026-11-22', 5, 'appended', 'EUR', 1, 1000)`,
      ],
      ['changed 5/0'],
    ],
    [
      'recorded_at that goes back, not sealed yet',
      [`update ledger.events set recorded_at = recorded_at - '1 day'::interval ${at(65)}`],
      ['changed 4/65'],
    ],
    ['message_id', [`update ledger.events set message_id = 'another' ${at(40)}`], ['changed 4/40']],
    ['message_id, taken away', [`update ledger.events set message_id = null ${at(40)}`], ['changed 4/40']],
    ['trace', [`update ledger.events set trace = '00-1-1-01' ${at(41)}`], ['changed 4/41']],
    [
      'several rows',
      [`update ledger.events set version = 9 where partition = ${P} and "offset" between 18 and 22`],
      [MONEY, 'changed 4/18-22'],
    ],
    [
      'a fraction of a cent that a number of JSON can not hold',
      [`update ledger.events set data = jsonb_set(data, '{amount}', '1000.00000000000001') ${at(30)}`],
      ['changed 4/30'],
    ],
    [
      'a time put before our era',
      [`update ledger.events set recorded_at = (recorded_at::text || ' BC')::timestamptz ${at(30)}`],
      ['changed 4/30'],
    ],
    [
      'a row doubled, with the constraints taken away',
      [
        `alter table ledger.events drop constraint events_pk cascade,
           drop constraint events_idempotency_key_unique`,
        `insert into ledger.events select * from ledger.events ${at(30)}`,
      ],
      [...KEYS_OFF, 'added 4/30'],
    ],
    ['a row deleted in the middle', [`delete from ledger.events ${at(30)}`], [MONEY, 'missing 4/30']],
    [
      'rows deleted over a whole block',
      [`delete from ledger.events where "offset" between 15 and 45`],
      [MONEY, 'missing 4/15-45'],
    ],
    ['the first row deleted', [`delete from ledger.events ${at(0)}`], ['missing 4/0', MONEY]],
    ['two rows swapped within a block', swap(22, 27), ['reordered 4/22', 'reordered 4/27']],
    ['two rows swapped across blocks', swap(5, 50), ['reordered 4/5', 'reordered 4/50']],
    ['a row added above the head', [copyOf(30, 70)], ['added 4/70']],
    ['a row added below offset 0', [copyOf(30, -1)], ['added 4/-1']],
    [
      'a row added in a partition that is none',
      [`${copyOf(30, 70)}; update ledger.events set partition = 99 ${at(70)}`],
      ['added 99/0'],
    ],
    [
      'a row moved to another partition',
      [`update ledger.events set partition = 5, "offset" = 0 ${at(10)}`],
      [MONEY, 'missing 4/10', 'added 5/0'],
    ],
    ['the root of a seal', [`update ledger.seals set root = sha256('') where block = 1`], ['seal_broken 4/20']],
    [
      'the time of a seal',
      [`update ledger.seals set sealed_at = sealed_at - '1 day'::interval where block = 1`],
      ['seal_broken 4/20'],
    ],
    [
      'the previous hash of a seal',
      [`update ledger.seals set previous = sha256('') where block = 1`],
      ['seal_broken 4/20'],
    ],
    [
      'the hash of a seal',
      [`update ledger.seals set hash = sha256('') where block = 1`],
      ['seal_broken 4/20', 'seal_broken 4/40'],
    ],
    [
      'a prefix in a seal',
      [
        `update ledger.seals set leaf_prefixes = set_byte(leaf_prefixes, 9, 255 - get_byte(leaf_prefixes, 9))
         where block = 2`,
      ],
      ['seal_broken 4/40'],
    ],
    ['a seal taken out of the middle', ['delete from ledger.seals where block = 1'], ['seal_broken 4/20']],
    ['the first seal dropped', ['delete from ledger.seals where block = 0'], ['seal_broken 4/0']],
    ['the last seal dropped', ['delete from ledger.seals where block = 2'], ['seal_broken 4/40-59']],
    ['all seals dropped', ['delete from ledger.seals'], ['seal_broken 4/0-59']],
    ['the head lowered', [lowerHead(55)], ['changed 4/55']],
    [
      'the sealed tail cut off, the head lowered',
      [`delete from ledger.events where "offset" >= 55`, lowerHead(55)],
      [MONEY, 'changed 4/55', 'missing 4/55-69'],
    ],
    [
      '... and the tally, too',
      [`delete from ledger.events where "offset" >= 55`, lowerHead(55), lowerTally(15)],
      ['changed 4/55', 'missing 4/55-59'],
    ],
    [
      'the tail that is not sealed cut off, the head lowered',
      [`delete from ledger.events where "offset" >= 65`, lowerHead(65)],
      [MONEY, 'changed 4/65', 'missing 4/65-69'],
    ],
    [
      'a row added that the log never appended',
      [copyOf(30, 70).replace(', 70,', ', 70,'), lowerHead(71)],
      [MONEY, 'changed 4/70', 'added 4/70'],
    ],
  ])('names the coordinate: %s', async (_, statements, expected) => {
    await sealed.tamper(...statements);
    expect(found(await sealed.verify())).toEqual(expected);
  });

  it('names both coordinates of a key that stands twice, counted in and by an index of the same name', async () => {
    await sealed.tamper(
      'alter table ledger.events drop constraint events_idempotency_key_unique',
      'create index events_idempotency_key_unique on ledger.events (idempotency_key)',
      copyOf(69, 70).replace('gen_random_uuid()', 'idempotency_key'),
      lowerHead(71),
      'update ledger.intake set messages = messages + 1, amount_minor = amount_minor + 1000',
    );
    const { findings, findingCount } = await sealed.verify();
    expect([findings, findingCount]).toMatchObject([
      [
        { kind: 'guard_off', detail: 'events: constraint events_idempotency_key_unique is not there' },
        { kind: 'added', partition: P, offset: 70n, detail: expect.stringContaining('the key of 4/69') },
      ],
      1n,
    ]);
  });

  it('names the coordinate of a row that contradicts nothing, by the leaf that was sealed', async () => {
    await sealed.tamper(await consistentChange(33, 999_999));
    const { findings } = await sealed.verify();
    expect(findings).toMatchObject([
      { kind: 'tally_changed' },
      { kind: 'changed', offset: 33n, detail: 'it is not the row that was sealed' },
    ]);
  });

  it('does not see a consistent change of what is not sealed yet, tally included: the seal does', async () => {
    await sealed.tamper(await consistentChange(65, 999_999), raiseTally(998_999));
    expect(found(await sealed.verify())).toEqual([]);
  });

  it.each([
    ['an amount was changed consistently before it was sealed', async () => [await consistentChange(65, 999_999)]],
    ['a tally was raised', async () => [raiseTally(1)]],
    ['a tally was moved to another currency', async () => [`update ledger.intake set currency = 'USD'`]],
    ['a tally has a fraction', async () => [raiseTally(0.5)]],
  ])('holds the money of the events against the tallies: %s', async (_, statements) => {
    await sealed.tamper(...(await statements()));
    const { findings } = await sealed.verify();
    expect(findings).toMatchObject([{ kind: 'tally_changed', partition: P }]);
    expect(findings[0]?.detail).toContain('intake has tallied');
  });

  it('holds the money against the tallies also where something else was found that explains none of it', async () => {
    await sealed.tamper(`update ledger.events set trace = '00-1-1-01' ${at(41)}`);
    expect(found(await sealed.verify())).toEqual(['changed 4/41']);
    await sealed.tamper(raiseTally(1));
    expect(found(await sealed.verify())).toEqual(['tally_changed 4/0', 'changed 4/41']);
  });

  it.each([
    [1_998, 1],
    [1_999, 1],
    [2_000, 1],
    [1_999, 2_500],
  ])('sees rows doubled where its reads end: at offset %i, %i more', async (offset, times) => {
    await sealed.log.append(ofMerchant(2_100, 'many'));
    await sealed.tamper(
      'alter table ledger.events drop constraint events_pk cascade, drop constraint events_idempotency_key_unique',
      `insert into ledger.events select e.* from ledger.events e, generate_series(1, ${times}) ${at(offset)}`,
    );
    expect(found(await sealed.verify())).toEqual([...KEYS_OFF, `added ${P}/${offset}`]);
  });

  it('sees a seal doubled where its reads end', async () => {
    await sealed.log.append(ofMerchant(100, 'many'));
    await sealed.seal(1);
    await sealed.tamper(
      'alter table ledger.seals drop constraint seals_pk cascade, drop constraint seals_one_per_stretch cascade',
      'insert into ledger.seals select * from ledger.seals where block = 63',
    );
    const withoutGuards = (await sealed.verify()).findings.filter(({ kind }) => kind !== 'guard_off');
    expect(withoutGuards).not.toEqual([]);
  });

  it('sees that the sealer was set back over seals that are there', async () => {
    await sealed.tamper(`update ledger.consumer_offsets set next_offset = 40 where partition = ${P}`);
    const { findings } = await sealed.verify();
    expect(findings).toMatchObject([{ kind: 'seal_broken', partition: P, offset: 40n, toOffset: 60n }]);
  });

  it('sees that the end of the chain is gone since its last block was read', async () => {
    const findings = createFindings(P);
    const seals = createSealMatch({ db: sealed.database.db, partition: P, lastBlock: 4n, findings });
    await seals.finish();
    expect([seals.blocks(), seals.sealedTo(), findings.list()]).toMatchObject([
      3,
      60n,
      [{ kind: 'seal_broken', offset: 60n, detail: 'blocks 3 to 4 of the chain are not there' }],
    ]);
  });

  const readAnchor = async () => {
    const result = parseAnchor(anchorText(await readSealHeads(sealed.database.db)));
    if (!result.ok) throw new Error(result.message);
    return result.anchor;
  };
  const forget = (block: number, fromOffset: number) => [
    `delete from ledger.seals where block = ${block}`,
    `update ledger.consumer_offsets set next_offset = ${fromOffset} where partition = ${P}`,
  ];

  it('sees by the anchor alone that the last seal was dropped and the sealer set back', async () => {
    const anchor = await readAnchor();
    await sealed.tamper(...forget(2, 40));
    expect(found(await sealed.verify())).toEqual([]);
    expect(found(await sealed.verify({ anchor }))).toEqual(['missing 4/59']);
  });

  it('sees by the anchor alone that the end of the chain was sealed anew over a changed event', async () => {
    await sealed.seal();
    const anchor = await readAnchor();
    await sealed.tamper(...forget(3, 60), await consistentChange(65, 999_999), raiseTally(998_999));
    await sealed.seal();
    expect(found(await sealed.verify())).toEqual([]);
    expect(found(await sealed.verify({ anchor }))).toEqual(['seal_broken 4/60']);
  });

  it('holds an anchor against a chain that has gone on since', async () => {
    const anchor = await readAnchor();
    await sealed.seal();
    const report = await sealed.verify({ anchor });
    expect([found(report), report.unsealed, report.blocks, report.anchored]).toEqual([[], 0n, 4, 1]);
  });

  it('gives the same answer with several threads, and counts what it reads', async () => {
    await sealed.log.append(payments(500, 'more'));
    await sealed.seal(100);
    await sealed.tamper(`update ledger.events set trace = 'x' where "offset" = 7`);
    const alone = await sealed.verify();
    let read = 0;
    const onProgress = (events: number) => {
      read += events;
    };
    expect(await sealed.verify({ parallel: 3, onProgress })).toEqual(alone);
    expect([alone.events, read]).toEqual([570, 570]);
    expect(alone.findings.length).toBeGreaterThan(5);
  });

  it('finds nothing in a log that is written and sealed while it reads', async () => {
    let stopped = false;
    const writing = (async () => {
      for (let i = 0; !stopped; i += 1) {
        await sealed.log.append(payments(50, `live_${i}`));
        await sealed.seal();
      }
    })();
    try {
      for (let i = 0; i < 10; i += 1) expect(found(await sealed.verify())).toEqual([]);
    } finally {
      stopped = true;
      await writing;
    }
  });

  it('reads data as it was written: escapes in names and values, numbers, other alphabets', async () => {
    const odd = { 'a"b': 1, 'a\\b': { '\\': 0.1 }, é: ['\n', 1e-21, '\u2028', '𝄞'], '𝄞': -1.5e-7, 'a"': null };
    const body = { ...JSON.parse(toJson(paymentCaptured({ ...CAPTURE, paymentId: 'odd' }))) };
    const parsed = parseEvent(JSON.stringify({ ...body, data: { ...body.data, ...odd } }), {
      receivedAtMs: RECEIVED_MS,
    });
    if (!parsed.ok) throw new Error(parsed.rejection.message);
    await sealed.log.append([{ event: parsed.event, messageId: null }]);
    expect(found(await sealed.verify())).toEqual([]);
  });
});
