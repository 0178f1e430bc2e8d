-- Every service checks at start that the schema is as new as its code.

grant select on delivery.migrations to settlement_webhooks, settlement_api, settlement_reader;
