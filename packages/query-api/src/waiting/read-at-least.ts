/** An answer that holds a certain event, for a caller that has to see its own change. */
import type { Coordinate } from '@northwind/event-store';
import type { AsOf } from '@northwind/projector';
import type { FastifyReply } from 'fastify';
import { Problem } from '../http/problems.ts';
import { WAIT_MS_DEFAULT, type WaitingQuery } from '../shapes/waiting.ts';
import type { AppliedGate } from './applied-gate.ts';

export interface Caller {
  readonly merchantId: string;
  readonly query: WaitingQuery;
  /** While it is open the caller is there. */
  readonly reply: FastifyReply;
}

/**
 * Reads at once and, where `minOffset` is not in that answer yet, again when it is applied. Waiting holds no connection
 * of the database. Throws the problems `validation_failed`, `not_applied_yet` and `too_many_waiting`.
 */
export async function readAtLeast<Answer extends { readonly asOf: AsOf }>(
  gate: AppliedGate,
  { merchantId, query, reply }: Caller,
  read: () => Promise<Answer>,
): Promise<Answer> {
  const at = wantedOf(query);
  const answer = await read();
  if (at === null) return answer;
  requirePartition(at, merchantId, answer.asOf);
  if (answer.asOf.offset >= at.offset) return answer;
  await gate.wait({ merchantId, at, waitMs: query.waitMs ?? WAIT_MS_DEFAULT, gone: goneSignal(reply) });
  const later = await read();
  if (later.asOf.offset >= at.offset) return later;
  throw notAppliedYet(at, later.asOf);
}

function wantedOf({ minOffset, waitMs }: WaitingQuery): Coordinate | null {
  if (minOffset !== undefined) {
    const [partition, offset] = minOffset.split(':');
    return { partition: Number(partition), offset: BigInt(offset ?? '') };
  }
  if (waitMs === undefined) return null;
  const message = 'says how long to wait for minOffset, which is not there';
  throw new Problem('validation_failed', 'Say what to wait for: minOffset.', [{ field: 'waitMs', message }]);
}

function requirePartition(at: Coordinate, merchantId: string, { partition }: AsOf): void {
  if (at.partition === partition) return;
  const message = `is in partition ${at.partition}; ${merchantId} is in ${partition}: wait for ${partition}:<offset>`;
  throw new Problem('validation_failed', 'Not valid: minOffset.', [{ field: 'minOffset', message }]);
}

function notAppliedYet(at: Coordinate, { partition, offset }: AsOf): Problem {
  const message = `is not applied yet; the read model is at ${partition}:${offset}`;
  const detail = `The read model is at ${partition}:${offset}, not yet at ${at.partition}:${at.offset}. Ask again.`;
  return new Problem('not_applied_yet', detail, [{ field: 'minOffset', message }]);
}

function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  if (raw.destroyed) gone.abort();
  return gone.signal;
}
