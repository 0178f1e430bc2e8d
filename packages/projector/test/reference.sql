-- The balances by another way: straight from the log in one statement, sharing nothing with the projector. A fact is
-- the first event of its type about its subject; what is left is arithmetic.
with facts as (
  select distinct on (merchant_id, type, subject)
    merchant_id, type, subject, (data ->> 'amount')::int8 as amount, data ->> 'currency' as currency,
    coalesce((data ->> 'fee')::int8, 0) as fee, coalesce((data ->> 'feeRefunded')::int8, 0) as fee_refunded
  from ledger.events
  order by merchant_id, type, subject, "offset"
),
payouts as (
  select merchant_id, subject,
    bool_or(type = 'payout.settled') as settled, bool_or(type = 'payout.failed') as failed,
    bool_or(type = 'payout.returned') as returned,
    max(amount) filter (where type = 'payout.settled') as settled_amount,
    max(currency) filter (where type = 'payout.settled') as settled_currency,
    max(amount) filter (where type = 'payout.initiated') as initiated_amount,
    max(currency) filter (where type = 'payout.initiated') as initiated_currency
  from facts where type like 'payout.%' group by merchant_id, subject
),
disputes as (
  select merchant_id, subject,
    bool_or(type = 'dispute.won') as won, bool_or(type = 'dispute.lost') as lost,
    max(amount) filter (where type = 'dispute.lost') as lost_amount,
    max(currency) filter (where type = 'dispute.lost') as lost_currency,
    max(amount) filter (where type = 'dispute.opened') as opened_amount,
    max(currency) filter (where type = 'dispute.opened') as opened_currency
  from facts where type like 'dispute.%' group by merchant_id, subject
),
movements as (
  select merchant_id, currency, amount as gross, fee as fees, 0 as refunds, 0 as adjusted, 0 as transit, 0 as paid,
    0 as reserved, 0 as lost
  from facts where type = 'payment.captured'
  union all
  select merchant_id, currency, 0, -fee_refunded, amount, 0, 0, 0, 0, 0 from facts where type = 'refund.succeeded'
  union all
  select merchant_id, currency, 0, 0, 0, amount, 0, 0, 0, 0 from facts where type = 'adjustment.posted'
  union all
  select merchant_id, settled_currency, 0, 0, 0, 0, 0, settled_amount, 0, 0 from payouts where settled and not returned
  union all
  select merchant_id, initiated_currency, 0, 0, 0, 0, initiated_amount, 0, 0, 0
  from payouts where not settled and not failed and not returned and initiated_amount is not null
  union all
  select merchant_id, lost_currency, 0, 0, 0, 0, 0, 0, 0, lost_amount from disputes where lost
  union all
  select merchant_id, opened_currency, 0, 0, 0, 0, 0, 0, opened_amount, 0 from disputes where not won and not lost
),
sums as (
  select merchant_id, currency, sum(gross) as gross, sum(fees) as fees, sum(refunds) as refunds,
    sum(adjusted) as adjusted, sum(transit) as transit, sum(paid) as paid, sum(reserved) as reserved, sum(lost) as lost
  from movements group by merchant_id, currency
)
select merchant_id, currency,
  (gross - fees - refunds + adjusted - transit - paid - reserved - lost)::int8 as available_minor,
  transit::int8 as in_transit_minor, reserved::int8 as reserved_minor, gross::int8 as gross_minor,
  fees::int8 as fees_minor, refunds::int8 as refunds_minor, lost::int8 as disputes_minor,
  adjusted::int8 as adjustments_minor,
  paid::int8 as paid_out_minor
from sums
where (gross, fees, refunds, adjusted, transit, paid, reserved, lost) is distinct from (0, 0, 0, 0, 0, 0, 0, 0)
order by merchant_id, currency
