/** A place in the log as people write it on a command line: `4:120033`, `4/120033` as tables show it, or a time. */
import { parseInstant } from '@northwind/events';
import type { Moment } from '@northwind/projector';
import { StartupError } from '@northwind/service-kit';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './usage-error.ts';

const COORDINATE = /^(\d{1,5})[:/](-1|\d{1,18})$/;

export function aMoment(text: string): Moment {
  const match = COORDINATE.exec(text);
  if (match) return { at: { partition: Number(match[1]), offset: BigInt(match[2] ?? '') } };
  return { time: aTime(text) };
}

/** RFC 3339, in any zone. */
export function aTime(text: string): string {
  const result = parseInstant(text);
  if (!result.ok) {
    throw new InvalidArgumentError(
      'It is a place in the log (4:120033) or a time with its zone (2026-11-21T23:59:59Z).',
    );
  }
  return result.instant;
}

/** What was asked for can't be told: because of how the command was called, or of which generation answers. */
export async function tellPast<Answer>(read: (projector: typeof import('@northwind/projector')) => Promise<Answer>) {
  const projector = await import('@northwind/projector');
  try {
    return await read(projector);
  } catch (error) {
    if (error instanceof projector.AsOfError) {
      throw new UsageError(error.message, { hint: 'settle groups tells what is applied' });
    }
    if (error instanceof projector.MissingModelError) {
      throw new StartupError(error.message, { hint: 'settle rebuild --help tells how' });
    }
    throw error;
  }
}

export function showCoordinate({ partition, offset }: { readonly partition: number; readonly offset: bigint }): string {
  return `${partition}/${offset}`;
}
