import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBody, idempotencyKey } from '@northwind/events';
import { stringify } from '@northwind/service-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payments } from '../../test/events.ts';
import { openSealedLog, type SealedLog } from '../../test/sealed-log.ts';
import { type Anchor, anchorText, parseAnchor } from './anchor-text.ts';
import { checkProof } from './check-proof.ts';
import { exportProof, PROOF_FORMAT, type Proof } from './export-proof.ts';
import { GENESIS, hashBlock } from './hash-block.ts';
import { hashLeaf } from './hash-leaf.ts';
import { rootOfInclusion } from './merkle-tree.ts';
import { hashHeads, readSealHeads } from './seal-heads.ts';

const DOCUMENT = new URL('../../../../docs/tamper-evidence.md', import.meta.url);

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) process.stderr.write('SKIPPED: python3 is not here, so the verifier of the docs is not tested\n');

describe('proof', () => {
  let sealed: SealedLog;
  let folder: string;
  let anchor: Anchor;
  let heads: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'settlement-proof-'));
    sealed = await openSealedLog();
    for (let i = 0; i < 5; i += 1) {
      await sealed.log.append(payments(100, `p${i}`, 20));
      await sealed.seal(50);
    }
    heads = anchorText(await readSealHeads(sealed.database.db));
    const parsed = parseAnchor(heads);
    if (!parsed.ok) throw new Error(parsed.message);
    anchor = parsed.anchor;
  });
  afterAll(async () => {
    await sealed[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** As whoever is given the file has it. */
  async function proofOf(partition: number, offset: bigint, toBlock?: bigint): Promise<Proof> {
    const wish = { partition, offset, ...(toBlock !== undefined && { toBlock }) };
    const answer = await exportProof(sealed.database.db, wish);
    if (answer.kind !== 'proof') throw new Error(answer.kind);
    return JSON.parse(stringify(answer.proof)) as Proof;
  }

  it('holds for every event of a partition, up to the anchored head', async () => {
    const [head] = anchor.heads.filter(({ partition }) => partition === 4);
    expect(Number(head?.nextOffset)).toBeGreaterThan(20);
    for (let offset = 0n; offset < (head?.nextOffset ?? 0n); offset += 1n) {
      const verdict = checkProof(await proofOf(4, offset), anchor);
      expect(verdict).toMatchObject({ ok: true, proven: { partition: 4, offset, head, anchoredAt: head } });
    }
  });

  it('fails on any one character that is changed, anywhere in it', async () => {
    const text = stringify(await proofOf(4, 7n));
    expect(checkProof(JSON.parse(text), anchor).ok).toBe(true);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom(...'0123456789abcdefxZ'), (at, char) => {
        const changed = text.slice(0, at) + char + text.slice(at + 1);
        fc.pre(changed !== text);
        let json: unknown;
        try {
          json = JSON.parse(changed);
        } catch {
          return;
        }
        expect(checkProof(json, anchor).ok).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it('fails on half a surrogate pair in place of U+FFFD, which has the same bytes in every hash', async () => {
    const { event: genuine } = await proofOf(4, 0n, 0n);
    const withTexts = (mark: string) => ({ ...genuine, messageId: `m${mark}`, trace: mark });
    const event = withTexts('\ufffd');
    const root = hashLeaf({ ...event, offset: 0n, fingerprint: Buffer.from(event.fingerprint, 'hex') });
    const header = { block: 0n, fromOffset: 0n, nextOffset: 1n, sealedAt: event.recordedAt, root, previous: GENESIS };
    const blocks = [{ ...header, hash: hashBlock({ partition: 4, ...header }) }];
    const check = (of: object) =>
      checkProof(JSON.parse(stringify({ format: PROOF_FORMAT, event: of, path: [], blocks })));
    expect(check(event)).toMatchObject({ ok: true });
    for (const half of ['\ud800', '\udc00']) {
      expect(check(withTexts(half))).toMatchObject({ ok: false, problem: expect.stringContaining('surrogate') });
      expect(check({ ...event, body: event.body.replace('pay', half) })).toMatchObject({
        problem: expect.stringContaining('event.body: holds half a surrogate pair'),
      });
      const leaf = { ...withTexts(half), offset: 0n, fingerprint: Buffer.alloc(32) };
      expect(() => hashLeaf(leaf)).toThrow('surrogate');
    }
  });

  it('fails, and does not throw, on a time that is none', async () => {
    const proof = await proofOf(4, 7n);
    const [own, ...later] = proof.blocks;
    const sealedAt = `0${own?.sealedAt.slice(1)}`;
    expect(checkProof({ ...proof, blocks: [{ ...own, sealedAt }, ...later] }, anchor)).toMatchObject({ ok: false });
  });

  it.each([
    ['key', { idempotencyKey: '01a20324-0fcf-8112-bc49-0ecc74f8e5b0' }, 'the key is not of'],
    ['fingerprint', { fingerprint: 'ab'.repeat(32) }, 'the fingerprint is not of'],
  ])('fails on an event with the %s of another, in a block made for it', async (_, change, problem) => {
    const { event: genuine } = await proofOf(4, 0n, 0n);
    const event = { ...genuine, ...change };
    const root = hashLeaf({ ...event, offset: 0n, fingerprint: Buffer.from(event.fingerprint, 'hex') });
    const header = { block: 0n, fromOffset: 0n, nextOffset: 1n, sealedAt: event.recordedAt, root, previous: GENESIS };
    const blocks = [{ ...header, hash: hashBlock({ partition: 4, ...header }) }];
    const forged = JSON.parse(stringify({ format: PROOF_FORMAT, event, path: [], blocks }));
    expect(checkProof(forged)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  /** Whole in itself: an event that says what somebody wanted it to, in a block made for it. */
  async function forge(body: object): Promise<object> {
    const { event: genuine } = await proofOf(4, 0n, 0n);
    const { data, subject, time, type } = { ...JSON.parse(genuine.body), ...body };
    const text = canonicalBody({ data, subject, time, type });
    const fingerprint = hash('sha256', text, 'hex');
    const event = { ...genuine, body: text, fingerprint, idempotencyKey: idempotencyKey(type, subject, time) };
    const root = hashLeaf({ ...event, offset: 0n, fingerprint: Buffer.from(fingerprint, 'hex') });
    const header = { block: 0n, fromOffset: 0n, nextOffset: 1n, sealedAt: event.recordedAt, root, previous: GENESIS };
    const blocks = [{ ...header, hash: hashBlock({ partition: 4, ...header }) }];
    return JSON.parse(stringify({ format: PROOF_FORMAT, event, path: [], blocks }));
  }

  it('fails on a control character in what is shown, and shows none in what it says of it', async () => {
    expect(checkProof(await forge({ subject: 'pay_1' }))).toMatchObject({ ok: true });
    for (const subject of ['pay_1 of mer_1\nsealed under the anchored block 7', '\u001b[8m', 'a\u0085', 'a\u007f']) {
      expect(checkProof(await forge({ subject }))).toMatchObject({
        problem: 'the body is not an event: subject: holds a control character',
      });
    }
    expect(checkProof(await forge({ data: { merchantId: 'mer\t1' } }))).toMatchObject({
      problem: 'the body is not an event: data.merchantId: holds a control character',
    });
    expect(checkProof(await forge({ type: 'a\rb' }))).toMatchObject({ ok: false });
    const { problem = '' } = checkProof({ ...(await proofOf(4, 7n)), '\u001b[2J\n': 1 }) as { problem?: string };
    expect(problem).toContain('[2J');
    expect(problem).not.toMatch(/\p{Cc}/u);
  });

  it('fails on blocks that follow one another in hash alone', async () => {
    const { event, path, blocks } = await proofOf(4, 7n);
    const [own] = blocks;
    if (own === undefined) throw new Error('no block');
    const [block, nextOffset] = [BigInt(own.block), BigInt(own.nextOffset)]; // numbers, as JSON has them
    const after = (change: object) => {
      const next = { block: block + 1n, fromOffset: nextOffset, nextOffset: nextOffset + 9n, ...change };
      const header = { ...next, sealedAt: own.sealedAt, root: own.root, previous: own.hash };
      const made = { ...header, hash: hashBlock({ partition: 4, ...header }) };
      return checkProof(JSON.parse(stringify({ format: PROOF_FORMAT, event, path, blocks: [own, made] })));
    };
    expect(after({})).toMatchObject({ ok: true });
    const torn = { problem: expect.stringContaining('does not follow') };
    expect(after({ block: block + 2n })).toMatchObject(torn);
    expect(after({ fromOffset: nextOffset + 1n })).toMatchObject(torn);
  });

  it('fails when its own block was made anew over another event, with the genuine ones behind it', async () => {
    const proof = await proofOf(4, 7n);
    const [own, ...later] = proof.blocks;
    if (own === undefined || later.length === 0) throw new Error('the proof has no block behind the event’s own');
    const event = { ...proof.event, offset: 7n, messageId: 'another' };
    const leaf = hashLeaf({ ...event, fingerprint: Buffer.from(event.fingerprint, 'hex') });
    const [fromOffset, nextOffset] = [BigInt(own.fromOffset), BigInt(own.nextOffset)]; // numbers, as JSON has them
    const place = { index: Number(7n - fromOffset), size: Number(nextOffset - fromOffset) };
    const root = rootOfInclusion({ leaf, ...place, path: proof.path }) ?? '';
    const header = { ...own, block: BigInt(own.block), fromOffset, nextOffset, root };
    const blocks = [{ ...header, hash: hashBlock({ partition: 4, ...header }) }, ...later];
    const forged = JSON.parse(stringify({ ...proof, event, blocks }));
    expect(checkProof(forged, anchor)).toMatchObject({ problem: expect.stringContaining('does not follow') });
  });

  it('fails against an anchor of another chain, and where the anchor is older than the event', async () => {
    const proof = await proofOf(4, 7n);
    const other = anchor.heads.map((head) => ({ ...head, hash: 'ab'.repeat(32) }));
    expect(checkProof(proof, { heads: other, hashes: [] })).toMatchObject({
      problem: expect.stringContaining('rewritten'),
    });
    const older = anchor.heads.map((head) => ({ ...head, block: -1n }));
    expect(checkProof(proof, { heads: older, hashes: [] })).toMatchObject({
      problem: expect.stringContaining('no anchored head'),
    });
  });

  it('ends where it is told to', async () => {
    const { blocks } = await proofOf(4, 0n, 1n);
    expect(blocks.map(({ block }) => block)).toEqual([0, 1]);
  });

  it('is not given for what is not sealed or not there, nor out of a block that was tampered with', async () => {
    const { db } = sealed.database;
    expect(await exportProof(db, { partition: 4, offset: 10_000n })).toEqual({ kind: 'no_such_event' });
    await sealed.log.append(payments(20, 'young', 20));
    const [{ nextOffset } = { nextOffset: 0n }] = anchor.heads.filter(({ partition }) => partition === 4);
    expect(await exportProof(db, { partition: 4, offset: nextOffset })).toEqual({ kind: 'not_sealed' });
    await sealed.tamper(`update ledger.events set trace = 'x' where partition = 3 and "offset" = 0`);
    expect(await exportProof(db, { partition: 3, offset: 1n })).toEqual({ kind: 'damaged', block: 0n });
  });

  it.skipIf(!hasPython)('is checked by the program of the documentation, and refused when it is changed', async () => {
    const [, program = ''] = /```python\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
    expect(program).toContain('import');
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const file = write('check_proof.py', program);
    const anchorFile = write('heads.txt', heads);
    const check = (proof: unknown, ...options: string[]) =>
      spawnSync('python3', [...options, file, write('proof.json', stringify(proof)), anchorFile]);
    const proof = await proofOf(4, 7n);
    const good = check(proof);
    expect(good.stderr.toString()).toBe('');
    expect(good.stdout.toString()).toMatch(/^4\/7 is payment.captured .*\nanchored: 4 /);
    const event = { ...proof.event };
    const [own, ...later] = proof.blocks;
    const changes: object[] = [
      { event: { ...event, body: event.body.replace('1000', '1001') } },
      { event: { ...event, messageId: 'another' } },
      { event: { ...event, offset: 8 } },
      { path: proof.path.slice(1) },
      { blocks: [{ ...own, sealedAt: event.recordedAt }, ...later] },
      { blocks: [own] },
    ];
    // With the optimisation that leaves every assert out, too.
    for (const options of [[], ['-O']]) {
      expect(changes.map((change) => check({ ...proof, ...change }, ...options).status)).toEqual(changes.map(() => 1));
      const shown = check(await forge({ subject: 'pay_1\nanchored: 4 7' }), ...options);
      expect([shown.status, shown.stdout.toString()]).toEqual([1, '']);
      expect(shown.stderr.toString()).toContain('control character');
    }
  });
});

describe('anchor', () => {
  const hash = 'cd'.repeat(32);

  it('is refused when it was cut off before its line over all', () => {
    const heads = [0, 1].map((partition) => ({ partition, block: 3n, nextOffset: 9n, hash }));
    const text = anchorText({ readAt: '2026-11-22T06:00:00.000000Z', heads, hash: hashHeads(heads) });
    expect(parseAnchor(`${text}\n`)).toMatchObject({ ok: true });
    expect(parseAnchor(`${text}\n${text}`)).toMatchObject({ ok: true, anchor: { hashes: { length: 2 } } });
    const cut = text.split('\n').slice(0, -1).join('\n');
    const problem = { ok: false, message: expect.stringContaining('cut off') };
    expect(parseAnchor(cut)).toMatchObject({ ...problem, line: 3 });
    expect(parseAnchor(`${text}\n${cut}\n`)).toMatchObject({ ...problem, line: 7 });
    expect(parseAnchor(`0 3 9 ${hash}`)).toMatchObject(problem);
  });

  it('is refused when a line was changed or added', async () => {
    const head = { partition: 0, block: 3n, nextOffset: 9n, hash };
    const text = anchorText({
      readAt: '2026-11-22T06:00:00.000000Z',
      heads: [head],
      hash: hashHeads([head]),
    });
    expect(parseAnchor(text)).toMatchObject({ ok: true });
    expect(parseAnchor(text.replace(/all .*/, `all ${hash}`))).toMatchObject({
      ok: false,
      line: 3,
      message: 'this hash is not over the lines above it',
    });
    expect(parseAnchor(`0 3 9 ${hash}\n0 3 9 ${hash.slice(1)}`)).toMatchObject({ ok: false, line: 2 });
    expect(parseAnchor('')).toMatchObject({ ok: false });
    expect(parseAnchor(`# kept since May\n${text}`)).toMatchObject({
      ok: true,
      anchor: { heads: [{ block: 3n }] },
    });
  });
});
