/** The lag of consumer groups as metrics. Give the returned function to a consumer as `onLag`. */
import { Gauge, type Registry } from '@northwind/service-kit';
import type { GroupLag } from './group-lag.ts';

export function createLagGauges(registry: Registry): (lags: readonly GroupLag[]) => void {
  const labelNames = ['group', 'partition'];
  const registers = [registry];
  const events = new Gauge({
    name: 'settlement_consumer_lag_events',
    help: 'events of the log that the group has not applied',
    labelNames,
    registers,
  });
  const seconds = new Gauge({
    name: 'settlement_consumer_lag_seconds',
    help: 'age of the oldest event that the group has not applied; 0 when there is none',
    labelNames,
    registers,
  });
  return (lags) => {
    for (const { group, partition, lag, lagSeconds } of lags) {
      const labels = { group, partition: String(partition) };
      events.set(labels, Number(lag));
      seconds.set(labels, lagSeconds);
    }
  };
}
