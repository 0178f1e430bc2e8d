/** Keeps what the other models found. It is history: an anomaly that a later event resolves stays where it was. */
import type { ReadModel } from '../folding.ts';
import { anomaliesTable } from './table.ts';

export const anomalies: ReadModel = {
  name: 'anomalies',
  tables: [anomaliesTable],
  fold({ event, working, anomalies: found }) {
    const { partition, offset, merchantId, subject, recordedAt } = event;
    for (const { kind, detail } of found) {
      working.append(anomaliesTable, { partition, offset, kind, merchantId, subject, recordedAt, detail });
    }
  },
};
