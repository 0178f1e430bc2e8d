/** Checks a proof with nothing but itself, and an anchor where there is one. No database, no trust in who made it. */
import { hash } from 'node:crypto';
import { type Instant, idempotencyKey, parseInstant } from '@northwind/events';
import { z } from 'zod';
import type { Anchor } from './anchor-text.ts';
import { PROOF_FORMAT, type Proof } from './export-proof.ts';
import { hashBlock } from './hash-block.ts';
import { type Hash, hashLeaf } from './hash-leaf.ts';
import { rootOfInclusion } from './merkle-tree.ts';
import type { SealHead } from './seal-heads.ts';

const whole = z.int().nonnegative();
const offset = whole.transform(BigInt);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.string().refine(isInstant, 'is no canonical instant');
// In UTF-8, and so in every hash, half a surrogate pair is U+FFFD: the one would pass for the other.
const wellFormed = z.string().refine((value) => value.isWellFormed(), 'holds half a surrogate pair');
const text = wellFormed.nullable();
// It is shown, and on a terminal a line or an escape code in it could pass for an answer that was not given.
const CONTROL_CHARACTER = /\p{Cc}/u;
const shown = wellFormed.refine((value) => !CONTROL_CHARACTER.test(value), 'holds a control character');

const proofSchema = z.strictObject({
  format: z.literal(PROOF_FORMAT),
  event: z.strictObject({
    partition: whole.max(32_767),
    offset,
    idempotencyKey: z.guid(),
    fingerprint: sha256,
    version: whole.max(32_767),
    recordedAt: instant,
    messageId: text,
    trace: text,
    body: wellFormed,
  }),
  path: z.array(sha256).max(64),
  blocks: z
    .array(
      z.strictObject({
        block: offset,
        fromOffset: offset,
        nextOffset: offset,
        sealedAt: instant,
        root: sha256,
        previous: sha256,
        hash: sha256,
      }),
    )
    .min(1),
});

const bodySchema = z.strictObject({
  data: z.looseObject({ merchantId: shown }),
  subject: shown,
  time: instant,
  type: shown,
});

/** What a proof that holds says. */
export interface ProvenEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly type: string;
  readonly subject: string;
  readonly time: Instant;
  readonly merchantId: string;
  /** The end of the chain that the proof leads to. */
  readonly head: SealHead;
  /** The anchored head that the chain meets; null without an anchor. */
  readonly anchoredAt: SealHead | null;
}

export type ProofVerdict =
  | { readonly ok: true; readonly proven: ProvenEvent }
  | { readonly ok: false; readonly problem: string };

export function checkProof(json: unknown, anchor?: Anchor): ProofVerdict {
  const parsed = proofSchema.safeParse(json);
  if (!parsed.success) return refuse(`it is no proof: ${firstIssue(parsed.error)}`);
  const proof: Proof = parsed.data;
  const { event } = proof;
  const read = bodySchema.safeParse(parseJson(event.body));
  if (!read.success) return refuse(`the body is not an event: ${firstIssue(read.error)}`);
  const body = read.data;
  if (hash('sha256', event.body, 'hex') !== event.fingerprint) return refuse('the fingerprint is not of this body');
  if (idempotencyKey(body.type, body.subject, body.time) !== event.idempotencyKey) {
    return refuse('the key is not of this type, subject and time');
  }
  const problem = checkPath(proof) ?? checkChain(proof);
  if (problem !== null) return refuse(problem);
  const anchored = anchor && findAnchored(proof, anchor);
  if (anchored?.problem !== undefined) return refuse(anchored.problem);
  return {
    ok: true,
    proven: {
      partition: event.partition,
      offset: event.offset,
      type: body.type,
      subject: body.subject,
      time: body.time,
      merchantId: body.data.merchantId,
      head: headOf(proof, proof.blocks.length - 1),
      anchoredAt: anchored?.head ?? null,
    },
  };
}

function isInstant(text: string): boolean {
  const parsed = parseInstant(text);
  return parsed.ok && parsed.instant === text;
}

/** Undefined is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`;
}

function checkPath({ event, path, blocks }: Proof): string | null {
  const [own] = blocks;
  if (own === undefined) return 'it holds no block';
  const leaf = hashLeaf({ ...event, fingerprint: Buffer.from(event.fingerprint, 'hex') });
  const place = { index: Number(event.offset - own.fromOffset), size: Number(own.nextOffset - own.fromOffset) };
  if (rootOfInclusion({ leaf, ...place, path }) === own.root) return null;
  return `the event and its path do not lead to the root of block ${own.block}`;
}

function checkChain({ event: { partition }, blocks }: Proof): string | null {
  for (const [index, block] of blocks.entries()) {
    if (hashBlock({ partition, ...block }) !== block.hash)
      return `the hash of block ${block.block} is not of its header`;
    const before = blocks[index - 1];
    if (before === undefined) continue;
    const follows =
      block.block === before.block + 1n && block.fromOffset === before.nextOffset && block.previous === before.hash;
    if (!follows) return `block ${block.block} does not follow block ${before.block}`;
  }
  return null;
}

function findAnchored(proof: Proof, anchor: Anchor): { head: SealHead; problem?: undefined } | { problem: string } {
  const own = anchor.heads.filter((head) => head.partition === proof.event.partition);
  const first = proof.blocks[0]?.block ?? 0n;
  for (const head of own.toReversed()) {
    const block = proof.blocks[Number(head.block - first)];
    if (block === undefined) continue;
    if (block.hash === head.hash && block.nextOffset === head.nextOffset) return { head };
    return { problem: `block ${head.block} is not the one that was anchored: the chain was rewritten` };
  }
  const last = proof.blocks.at(-1)?.block;
  return { problem: `no anchored head of partition ${proof.event.partition} lies between blocks ${first} and ${last}` };
}

function headOf({ event: { partition }, blocks }: Proof, index: number): SealHead {
  const { block, nextOffset, hash: head } = blocks[index] as Proof['blocks'][number];
  return { partition, block, nextOffset, hash: head as Hash };
}

/** A problem may quote the proof, the names of its members for one. */
function refuse(problem: string): ProofVerdict {
  return { ok: false, problem: problem.replaceAll(/\p{Cc}/gu, '\ufffd') };
}
