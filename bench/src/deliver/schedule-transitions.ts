/** An open loop's timetable of payouts' facts, each of which is one transition: initiated, then settled. */
import { payoutInitiated, payoutSettled } from '@northwind/events';
import { merchantName } from '../e2e/schedule-events.ts';
import { type DueEvent, toDueEvent } from '../live/append-on-schedule.ts';

export interface TransitionsLoad {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly merchants: number;
  /** Unix milliseconds of the first event's `time`. */
  readonly startMs: number;
  /** Tells this load's payouts from those of another on the same log. */
  readonly name: string;
}

export function scheduleTransitions(load: TransitionsLoad): DueEvent[] {
  const { ratePerSecond, seconds, merchants, startMs, name } = load;
  return Array.from({ length: Math.floor(ratePerSecond * seconds) }, (_, n) => {
    const atMs = (n * 1_000) / ratePerSecond;
    const payout = Math.floor(n / 2);
    const common = {
      payoutId: `po_${name}_${payout}`,
      merchantId: merchantName(payout % merchants),
      time: new Date(startMs + atMs).toISOString(),
      amount: 5_000,
      currency: 'EUR',
    };
    const event =
      n % 2 === 0
        ? payoutInitiated({ ...common, method: 'instant', destination: 'DE** **** 1234' })
        : payoutSettled({ ...common, railReference: `rail_${payout}` });
    return toDueEvent(event, atMs, startMs);
  });
}
