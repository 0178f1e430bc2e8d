-- The read models by another way: views over the log in plain SQL, which share nothing with the projector. A fact is
-- the first event of its type about its subject; the rest is arithmetic. Columns are named as in schema read.

create schema reference;

create view reference.facts as
select distinct on (merchant_id, type, subject)
  merchant_id, type, subject, partition, "offset", occurred_at, recorded_at, data,
  (data ->> 'amount')::int8 as amount, data ->> 'currency' as currency
from ledger.events order by merchant_id, type, subject, "offset";

create view reference.anomalies as
select partition, "offset", 'business_duplicate' as kind, merchant_id, subject, recorded_at from ledger.events
except
select partition, "offset", 'business_duplicate', merchant_id, subject, recorded_at from reference.facts;

create view reference.refunds as
select partition, "offset", merchant_id, subject as refund_id, data ->> 'paymentId' as payment_id,
  amount as amount_minor, coalesce((data ->> 'feeRefunded')::int8, 0) as fee_refunded_minor, currency,
  occurred_at as succeeded_at
from reference.facts where type = 'refund.succeeded';

create view reference.adjustments as
select partition, "offset", merchant_id, subject as adjustment_id, amount as amount_minor, currency,
  data ->> 'reason' as reason, occurred_at as posted_at
from reference.facts where type = 'adjustment.posted';

-- Each payout after each of its facts. A later fact speaks for it if it ranks above all before: the status is the word
-- of the highest rank so far.
create view reference.payout_steps as
select f.*, rank, max(rank) over upto as reached, max(rank) over before as reached_before,
  max(amount) filter (where type = 'payout.settled') over upto as settled_amount,
  max(currency) filter (where type = 'payout.settled') over upto as settled_currency,
  max(amount) filter (where type = 'payout.initiated') over upto as initiated_amount,
  max(currency) filter (where type = 'payout.initiated') over upto as initiated_currency
from reference.facts f
join (values ('payout.initiated', 1), ('payout.submitted', 2), ('payout.failed', 3), ('payout.settled', 4),
  ('payout.returned', 5)) ranks (type, rank) using (type)
window
  upto as (partition by merchant_id, subject order by "offset"),
  before as (partition by merchant_id, subject order by "offset" rows between unbounded preceding and 1 preceding);

create view reference.payouts as
with told as (
  select merchant_id, subject, max(partition) as partition, max("offset") as "offset",
    min("offset") as first_offset, max(recorded_at) as updated_at, max(reached) as reached,
    count(*) filter (where rank > coalesce(reached_before, 0))::int4 as sequence,
    jsonb_object_agg(split_part(type, '.', 2), data) as facts,
    jsonb_object_agg(split_part(type, '.', 2), occurred_at) as times
  from reference.payout_steps group by merchant_id, subject
)
select partition, sequence, "offset", first_offset,
  (amount.of -> 'amount')::int8 as amount_minor,
  (times ->> 'initiated')::timestamptz as initiated_at, (times ->> 'submitted')::timestamptz as submitted_at,
  (times ->> 'settled')::timestamptz as settled_at, (times ->> 'failed')::timestamptz as failed_at,
  (times ->> 'returned')::timestamptz as returned_at, updated_at, merchant_id, subject as payout_id,
  (array['initiated', 'submitted', 'failed', 'settled', 'returned'])[reached] as status,
  amount.of ->> 'currency' as currency, facts -> 'initiated' ->> 'method' as method,
  facts -> 'initiated' ->> 'destination' as destination,
  coalesce(facts -> 'settled', facts -> 'submitted') ->> 'railReference' as rail_reference,
  facts -> 'settled' ->> 'traceId' as trace_id, facts -> 'submitted' ->> 'expectedArrival' as expected_arrival,
  coalesce(facts -> 'returned', facts -> 'failed') ->> 'reasonCode' as reason_code,
  coalesce(facts -> 'returned', facts -> 'failed') ->> 'reason' as reason
from told, lateral (select coalesce(facts -> 'settled', facts -> 'initiated')) amount (of);

-- Each dispute after each of its facts, with what its most decisive fact so far says.
create view reference.dispute_steps as
with ranked as (
  select *, case type when 'dispute.lost' then 3 when 'dispute.won' then 2 else 1 end as rank
  from reference.facts where type like 'dispute.%'
)
select f.merchant_id, f.subject, f.partition, f."offset", f.recorded_at, decisive.rank as reached,
  decisive.amount, decisive.currency, decisive.data ->> 'paymentId' as payment_id
from ranked f
cross join lateral (
  select d.* from ranked d
  where d.merchant_id = f.merchant_id and d.subject = f.subject and d."offset" <= f."offset"
  order by d.rank desc limit 1
) decisive;

create view reference.disputes as
select s.partition, s."offset", s.amount as amount_minor, opened.occurred_at as opened_at, won.occurred_at as won_at,
  lost.occurred_at as lost_at, s.merchant_id, s.subject as dispute_id, s.payment_id,
  (array['opened', 'won', 'lost'])[s.reached] as status, s.currency, opened.data ->> 'reason' as reason
from (
  select distinct on (merchant_id, subject) * from reference.dispute_steps
  order by merchant_id, subject, "offset" desc
) s
left join reference.facts opened
  on (opened.merchant_id, opened.subject, opened.type) = (s.merchant_id, s.subject, 'dispute.opened')
left join reference.facts won on (won.merchant_id, won.subject, won.type) = (s.merchant_id, s.subject, 'dispute.won')
left join reference.facts lost
  on (lost.merchant_id, lost.subject, lost.type) = (s.merchant_id, s.subject, 'dispute.lost');

-- A payment is named by its capture, by its refunds, and by a dispute for as long as its most decisive fact does.
create view reference.payments as
with names as (
  select merchant_id, partition, "offset", subject as payment_id, currency, 0 as refunded, 0 as disputed
  from reference.facts where type = 'payment.captured'
  union all
  select merchant_id, partition, "offset", payment_id, currency, amount_minor, 0 from reference.refunds
  union all
  select merchant_id, partition, "offset", payment_id, currency, 0, case reached when 2 then 0 else amount end
  from reference.dispute_steps
  union all
  select merchant_id, partition, "offset", payment_id, currency, 0, case reached when 2 then 0 else -amount end
  from (
    select merchant_id, partition, lead("offset") over steps as "offset", payment_id, currency, reached, amount
    from reference.dispute_steps window steps as (partition by merchant_id, subject order by "offset")
  ) left_behind where "offset" is not null
)
select n.partition, n."offset", c.amount as amount_minor,
  case when c.type is not null then coalesce((c.data ->> 'fee')::int8, 0) end as fee_minor,
  n.refunded as refunded_minor, n.disputed as disputed_minor, c.occurred_at as captured_at, n.merchant_id,
  n.payment_id, coalesce(c.currency, n.first_currency) as currency, c.data ->> 'method' as method,
  c.data ->> 'reference' as reference
from (
  select merchant_id, payment_id, max(partition) as partition, max("offset") as "offset",
    sum(refunded)::int8 as refunded, sum(disputed)::int8 as disputed,
    (array_agg(currency order by "offset"))[1] as first_currency
  from names group by merchant_id, payment_id
) n
left join reference.facts c
  on (c.merchant_id, c.subject, c.type) = (n.merchant_id, n.payment_id, 'payment.captured');

-- What each event moves, currency by currency. A payout or a dispute moves by the difference that a fact makes.
create view reference.moves as
with payout_states as (
  select merchant_id, subject, partition, "offset", recorded_at,
    case reached when 4 then settled_currency else initiated_currency end as currency,
    case when reached < 3 then initiated_amount else 0 end as transit,
    case reached when 4 then settled_amount else 0 end as paid
  from reference.payout_steps
),
dispute_states as (
  select merchant_id, subject, partition, "offset", recorded_at, currency,
    case reached when 1 then amount else 0 end as held, case reached when 3 then amount else 0 end as lost
  from reference.dispute_steps
),
moved as (
  select merchant_id, partition, "offset", recorded_at, currency, amount as gross,
    coalesce((data ->> 'fee')::int8, 0) as fees, 0 as refunds, 0 as held, 0 as lost, 0 as adjusted, 0 as transit,
    0 as paid
  from reference.facts where type = 'payment.captured'
  union all
  select merchant_id, partition, "offset", succeeded_at, currency, 0, -fee_refunded_minor, amount_minor, 0, 0, 0, 0, 0
  from reference.refunds
  union all
  select merchant_id, partition, "offset", posted_at, currency, 0, 0, 0, 0, 0, amount_minor, 0, 0
  from reference.adjustments
  union all
  select merchant_id, partition, "offset", recorded_at, currency, 0, 0, 0, 0, 0, 0, transit, paid from payout_states
  union all
  select merchant_id, partition, lead("offset") over steps, recorded_at, currency, 0, 0, 0, 0, 0, 0, -transit, -paid
  from payout_states window steps as (partition by merchant_id, subject order by "offset")
  union all
  select merchant_id, partition, "offset", recorded_at, currency, 0, 0, 0, held, lost, 0, 0, 0 from dispute_states
  union all
  select merchant_id, partition, lead("offset") over steps, recorded_at, currency, 0, 0, 0, -held, -lost, 0, 0, 0
  from dispute_states window steps as (partition by merchant_id, subject order by "offset")
),
sums as (
  select merchant_id, partition, "offset", currency, sum(gross)::int8 as gross, sum(fees)::int8 as fees,
    sum(refunds)::int8 as refunds, sum(held)::int8 as held, sum(lost)::int8 as lost,
    sum(adjusted)::int8 as adjusted, sum(transit)::int8 as transit, sum(paid)::int8 as paid
  from moved where "offset" is not null and currency is not null group by merchant_id, partition, "offset", currency
)
select s.*, gross - fees - refunds - held - lost + adjusted - transit - paid as available,
  e.recorded_at, (e.recorded_at at time zone 'UTC')::date as day
from sums s join ledger.events e using (partition, "offset")
where (gross, fees, refunds, held, lost, adjusted, transit, paid) <> (0, 0, 0, 0, 0, 0, 0, 0);

create view reference.journal as
select partition, "offset", recorded_at, refunds - gross as processor_receivable_minor, paid as bank_minor,
  available as merchant_payable_minor, transit as payout_in_transit_minor, held as dispute_reserve_minor,
  fees as fee_revenue_minor, lost as dispute_loss_minor, -adjusted as adjustments_minor,
  sum(available) over upto as available_after, sum(transit) over upto as in_transit_after,
  sum(held) over upto as reserved_after, sum(gross) over upto as gross_after, sum(fees) over upto as fees_after,
  sum(refunds) over upto as refunds_after, sum(lost) over upto as disputes_after,
  sum(adjusted) over upto as adjustments_after, sum(paid) over upto as paid_out_after, merchant_id, currency
from reference.moves window upto as (partition by merchant_id, currency order by "offset");

create view reference.balances as
select max(partition) as partition, max("offset") as "offset", sum(available) as available_minor,
  sum(transit) as in_transit_minor, sum(held) as reserved_minor, sum(gross) as gross_minor, sum(fees) as fees_minor,
  sum(refunds) as refunds_minor, sum(lost) as disputes_minor, sum(adjusted) as adjustments_minor,
  sum(paid) as paid_out_minor, max(recorded_at) as updated_at, merchant_id, currency
from reference.moves group by merchant_id, currency;

create view reference.statements as
with days as (
  select merchant_id, currency, day, max(partition) as partition, count(*)::int4 as events,
    min("offset") as first_offset, max("offset") as "offset", sum(gross) as gross_minor, sum(fees) as fees_minor,
    sum(refunds) as refunds_minor, sum(held) as held_minor, sum(lost) as disputes_minor,
    sum(adjusted) as adjustments_minor, sum(transit + paid) as payouts_minor, sum(available) as available
  from reference.moves group by merchant_id, currency, day
)
select partition, events, day, first_offset, "offset", sum(available) over upto - available as opening_minor,
  gross_minor, fees_minor, refunds_minor, held_minor, disputes_minor, adjustments_minor, payouts_minor,
  sum(available) over upto as closing_minor, merchant_id, currency
from days window upto as (partition by merchant_id, currency order by day)
