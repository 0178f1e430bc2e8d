import type { Instant } from '@northwind/events';
import type { Anomaly, AnomalyKind } from '../folding.ts';
import { appendedTable } from '../working-set/table.ts';

export interface AnomalyRow {
  readonly partition: number;
  readonly offset: bigint;
  readonly kind: AnomalyKind;
  readonly merchantId: string;
  readonly subject: string;
  readonly recordedAt: Instant;
  readonly detail: Anomaly['detail'];
}

export const anomaliesTable = appendedTable<AnomalyRow>({
  name: 'anomalies',
  key: ['partition', 'offset', 'kind'],
  columns: {
    partition: 'int2',
    offset: 'int8',
    kind: 'text',
    merchantId: 'text',
    subject: 'text',
    recordedAt: 'timestamptz',
    detail: 'jsonb',
  },
});
