-- The journal and the daily statements: two more tables of every generation that is made from now on. A generation that
-- has applied nothing gets them here; one that has cannot, for what it would need has passed it by: `settle rebuild`
-- makes the next one.

create function read.create_book_tables() returns void language plpgsql as $$
begin
  create table journal (
    partition int2 not null,
    "offset" int8 not null,
    recorded_at timestamptz not null,
    processor_receivable_minor int8 not null,
    bank_minor int8 not null,
    merchant_payable_minor int8 not null,
    payout_in_transit_minor int8 not null,
    dispute_reserve_minor int8 not null,
    fee_revenue_minor int8 not null,
    dispute_loss_minor int8 not null,
    adjustments_minor int8 not null,
    available_after int8 not null,
    in_transit_after int8 not null,
    reserved_after int8 not null,
    gross_after int8 not null,
    fees_after int8 not null,
    refunds_after int8 not null,
    disputes_after int8 not null,
    adjustments_after int8 not null,
    paid_out_after int8 not null,
    merchant_id text not null,
    currency text not null,
    kind text not null,
    constraint journal_pk primary key (partition, "offset", currency),
    constraint journal_balances check (
      processor_receivable_minor + bank_minor + merchant_payable_minor + payout_in_transit_minor
        + dispute_reserve_minor + fee_revenue_minor + dispute_loss_minor + adjustments_minor = 0
    ),
    constraint journal_after_adds_up check (
      available_after = gross_after - fees_after - refunds_after - disputes_after + adjustments_after
        - in_transit_after - reserved_after - paid_out_after
    )
  );
  create unique index journal_of_merchant on journal (merchant_id, currency, "offset");
  comment on table journal is
    'What each event posted, an amount an account (credit positive), and the merchant''s balance right after it';
  comment on constraint journal_pk on journal is 'serves reading the books in log order';
  comment on constraint journal_balances on journal is 'double entry: what an event posts in a currency sums to zero';
  comment on index journal_of_merchant is 'serves a balance as of any offset: the last row at or below it';

  create table statements (
    partition int2 not null,
    events int4 not null,
    day date not null,
    first_offset int8 not null,
    "offset" int8 not null,
    opening_minor int8 not null,
    gross_minor int8 not null,
    fees_minor int8 not null,
    refunds_minor int8 not null,
    held_minor int8 not null,
    disputes_minor int8 not null,
    adjustments_minor int8 not null,
    payouts_minor int8 not null,
    closing_minor int8 not null,
    merchant_id text not null,
    currency text not null,
    constraint statements_pk primary key (merchant_id, currency, day),
    constraint statements_close check (
      closing_minor = opening_minor + gross_minor - fees_minor - refunds_minor - held_minor - disputes_minor
        + adjustments_minor - payouts_minor
    )
  ) with (fillfactor = 70);
  comment on table statements is
    'A merchant''s day in one currency, by the log''s clock in UTC; a day without movements has no row';
  comment on constraint statements_pk on statements is 'serves a merchant''s statements by day';
  comment on constraint statements_close on statements is 'opening and movements come to the closing balance';
end $$;

-- What a fact's data means depends on its version. All that were kept so far are of the first.
create function read.add_version_of_facts() returns void language plpgsql as $$
begin
  alter table payout_facts add column version int2 not null default 1;
end $$;

revoke all on function read.create_book_tables, read.add_version_of_facts from public;

create or replace function read.create_generation(wanted int4) returns void language plpgsql as $$
declare
  old_path text := current_setting('search_path');
begin
  insert into read.generations (generation, epoch, status, consumer_group)
  values (wanted, format('g%s-%s', wanted, left(gen_random_uuid()::text, 8)), 'building', format('read_%s', wanted));
  execute format('create schema %I', format('read_g%s', wanted));
  perform set_config('search_path', format('read_g%s', wanted), true);
  perform read.create_generation_tables();
  perform read.create_book_tables();
  perform read.add_version_of_facts();
  perform set_config('search_path', old_path, true);
  perform read.grant_generation(wanted);
end $$;

do $$
declare
  old record;
  old_path text := current_setting('search_path');
begin
  for old in
    select g.generation, g.status, exists (select from ledger.consumer_offsets o
      where o.consumer_group = g.consumer_group and o.next_offset > 0) as has_applied
    from read.generations g
  loop
    perform set_config('search_path', format('read_g%s', old.generation), true);
    perform read.add_version_of_facts();
    if not old.has_applied then
      perform read.create_book_tables();
    end if;
    perform set_config('search_path', old_path, true);
    perform read.grant_generation(old.generation);
    if old.status = 'active' then
      perform read.activate_generation(old.generation);
    end if;
  end loop;
end $$;
