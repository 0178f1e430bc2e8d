/** A backlog of deliveries that are due, as planning writes them, with a body as a settled payout has. */
import { stringify } from '@northwind/service-kit';
import { withClient } from '../postgres/bench-server.ts';

const FILL = `
  with planned as (
    insert into delivery.deliveries (
      delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, next_attempt_at)
    select gen_random_uuid(), e.endpoint_id, e.merchant_id, n % 16, n / 16, 'payout.settled', 'po_' || n,
           replace($2, 'po_n', 'po_' || n), now()
    from generate_series(0, $1::int4 - 1) n
    join (select endpoint_id, merchant_id, row_number() over (order by endpoint_id) - 1 as nth,
                 count(*) over () as endpoints from delivery.endpoints) e on e.nth = n % e.endpoints
    returning delivery_id, endpoint_id, next_attempt_at)
  insert into delivery.queue (delivery_id, endpoint_id, due_at, scheduled_at)
  select delivery_id, endpoint_id, next_attempt_at, next_attempt_at from planned`;

/** About what a settled payout's webhook has. */
export const BODY = stringify({
  type: 'payout.settled',
  timestamp: '2026-11-22T06:00:00.000000Z',
  data: {
    payoutId: 'po_n',
    merchantId: 'mer_001',
    status: 'settled',
    previousStatus: 'submitted',
    sequence: 3,
    occurredAt: '2026-11-22T06:00:00.000000Z',
    amountMinor: 12_345,
    currency: 'EUR',
    method: 'instant',
    destination: 'DE** **** 1234',
    railReference: 'rail_9f3',
    partition: 4,
    offset: 17,
  },
});

export async function fillBacklog(url: string, deliveries: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(FILL, [deliveries, BODY]);
    await client.query('vacuum (analyze) delivery.deliveries, delivery.queue, delivery.endpoints');
    await client.query('checkpoint');
  });
}
