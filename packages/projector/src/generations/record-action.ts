/** The record of what was done to generations: `read.generation_actions`, only added to. */
import { stringify } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { GenerationActionsTable, ReadTables } from '../tables.ts';

export interface GenerationAction {
  readonly action: GenerationActionsTable['action'];
  readonly generation: number;
  /** The generation that it was compared with, or took over from. */
  readonly beside?: number;
  readonly isEqual?: boolean;
  /** What the comparison showed; stored as JSON. */
  readonly report?: unknown;
  readonly signOff?: SignOff;
}

/** Whose word something was done by. */
export interface SignOff {
  readonly actor: string;
  readonly reason: string;
}

export async function recordAction(db: Kysely<ReadTables>, action: GenerationAction): Promise<void> {
  const { beside = null, isEqual = null, report, signOff } = action;
  await db
    .insertInto('read.generation_actions')
    .values({
      action: action.action,
      generation: action.generation,
      beside,
      is_equal: isEqual,
      report: report === undefined ? null : stringify(report),
      actor: signOff?.actor ?? null,
      reason: signOff?.reason ?? null,
    })
    .execute();
}
