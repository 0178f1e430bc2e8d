import type { Connection } from '../stream/stream-state.ts';
import { useSteady } from '../ui/use-steady.ts';
import { describeConnection } from './describe-connection.ts';

/** A connection that only blinks, or payouts that come one by one, are told once and not each time. */
const STEADY_MS = 1_500;

interface PageStatusProps {
  readonly connection: Connection;
  readonly waiting: number;
  readonly paused: boolean;
}

/** What a screen reader hears of the live page. */
export function PageStatus({ connection, waiting, paused }: PageStatusProps) {
  const words = [
    paused ? 'Updates paused.' : `${describeConnection(connection)}.`,
    ...(waiting === 0 || paused ? [] : [`${waiting} new ${waiting === 1 ? 'payout' : 'payouts'} to show.`]),
  ].join(' ');
  return (
    <div role="status" className="visually-hidden" data-testid="page-status">
      {useSteady(words, STEADY_MS)}
    </div>
  );
}
