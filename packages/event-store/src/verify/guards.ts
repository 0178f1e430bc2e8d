/**
 * What guards the tables of the log: everything that the migrations make so that a wrong row is refused. Definitions
 * are as PostgreSQL tells them, without the names of schema and table. A test holds this list and the schema equal.
 */

export interface TableGuards {
  /** True where the migrations have put policies on it; elsewhere readers must see every row. */
  readonly hasRowSecurity?: true;
  readonly constraints: Readonly<Record<string, string>>;
  readonly triggers: Readonly<Record<string, string>>;
}

/** The guard that alone keeps a key from standing twice. */
export const KEY_GUARD = 'events_idempotency_key_unique';

export const GUARDS: Readonly<Record<string, TableGuards>> = {
  break_glass_uses: {
    constraints: {
      break_glass_uses_actor_said: "CHECK ((btrim(actor) <> ''::text))",
      break_glass_uses_change_has_table: "CHECK (((operation = 'open'::text) = (table_name IS NULL)))",
      break_glass_uses_operation_known:
        "CHECK ((operation = ANY (ARRAY['open'::text, 'insert'::text, 'update'::text, 'delete'::text, " +
        "'truncate'::text])))",
      break_glass_uses_pk: 'PRIMARY KEY (use_id)',
      break_glass_uses_reason_said: 'CHECK ((length(btrim(reason)) >= 10))',
    },
    triggers: {
      break_glass_uses_are_immutable:
        'BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_always()',
    },
  },
  conflicts: {
    constraints: {
      conflicts_fingerprint_is_sha256: 'CHECK ((octet_length(fingerprint) = 32))',
      conflicts_once_per_body: 'UNIQUE (idempotency_key, fingerprint)',
      conflicts_pk: 'PRIMARY KEY (conflict_id)',
    },
    triggers: {
      conflicts_are_immutable:
        'BEFORE DELETE OR UPDATE OF conflict_id, idempotency_key, fingerprint, first_partition, first_offset, ' +
        'differing_fields, type, merchant_id, subject, occurred_at, first_data, data, message_id, recorded_at OR ' +
        "TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('uncounted')",
      conflicts_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      conflicts_seen_only_grows:
        'BEFORE UPDATE FOR EACH ROW WHEN ((new.seen < old.seen)) EXECUTE FUNCTION refuse_counter_change()',
    },
  },
  consumer_actions: {
    constraints: {
      consumer_actions_action_known: "CHECK ((action = ANY (ARRAY['paused'::text, 'resumed'::text, 'sought'::text])))",
      consumer_actions_actor_said: "CHECK ((btrim(actor) <> ''::text)) NOT VALID",
      consumer_actions_pk: 'PRIMARY KEY (action_id)',
      consumer_actions_seek_has_reason:
        "CHECK (((action <> 'sought'::text) OR ((from_offset IS NOT NULL) AND (btrim(COALESCE(reason, ''::text)) " +
        "<> ''::text))))",
    },
    triggers: {
      consumer_actions_are_immutable:
        'BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      consumer_actions_change_on_record:
        'AFTER UPDATE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      consumer_actions_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
    },
  },
  consumer_offsets: {
    hasRowSecurity: true,
    constraints: {
      consumer_offsets_next_offset_not_negative: 'CHECK ((next_offset >= 0))',
      consumer_offsets_pk: 'PRIMARY KEY (consumer_group, partition)',
      consumer_offsets_stopped_with_reason: 'CHECK (((stopped_reason IS NULL) = (stopped_at IS NULL)))',
    },
    triggers: {
      consumer_offsets_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      consumer_offsets_move_by_consuming:
        'BEFORE INSERT OR UPDATE FOR EACH ROW EXECUTE FUNCTION guard_consumer_offset()',
      consumer_offsets_stay: "BEFORE DELETE OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('uncounted')",
    },
  },
  events: {
    constraints: {
      events_fingerprint_is_sha256: 'CHECK ((octet_length(fingerprint) = 32))',
      events_idempotency_key_unique: 'UNIQUE (idempotency_key)',
      events_occurred_at_is_finite: 'CHECK (isfinite(occurred_at))',
      events_pk: 'PRIMARY KEY (partition, "offset")',
      events_recorded_at_is_finite: 'CHECK (isfinite(recorded_at)) NOT VALID',
      events_version_is_positive: 'CHECK ((version > 0))',
    },
    triggers: {
      events_are_immutable: 'BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      events_change_on_record:
        'AFTER UPDATE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      events_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
    },
  },
  intake: {
    constraints: {
      intake_currency_is_a_code: "CHECK ((currency ~ '^[A-Z]{3}$'::text))",
      intake_outcome_known:
        "CHECK ((outcome = ANY (ARRAY['appended'::text, 'duplicate'::text, 'conflict'::text, 'rejected'::text])))",
      intake_pk: 'PRIMARY KEY (day, partition, outcome, currency)',
    },
    triggers: {
      intake_are_immutable:
        'BEFORE DELETE OR UPDATE OF day, partition, outcome, currency OR TRUNCATE FOR EACH STATEMENT EXECUTE ' +
        "FUNCTION refuse_change('uncounted')",
      intake_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      intake_only_grows:
        'BEFORE UPDATE FOR EACH ROW WHEN ((new.messages <= old.messages)) EXECUTE FUNCTION refuse_counter_change()',
    },
  },
  partitions: {
    constraints: {
      partitions_next_offset_not_negative: 'CHECK ((next_offset >= 0))',
      partitions_partition_not_negative: 'CHECK ((partition >= 0))',
      partitions_pk: 'PRIMARY KEY (partition)',
      partitions_recorded_at_is_finite: 'CHECK (isfinite(recorded_at))',
    },
    triggers: {
      partitions_are_fixed:
        'BEFORE INSERT OR DELETE OR UPDATE OF partition OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION ' +
        'refuse_other_partitions()',
      partitions_heads_only_grow:
        'BEFORE UPDATE OF next_offset, recorded_at FOR EACH ROW WHEN (((new.next_offset < old.next_offset) OR ' +
        '(new.recorded_at < old.recorded_at) OR (NOT isfinite(new.recorded_at)) OR ((new.recorded_at IS NULL) AND ' +
        '(old.recorded_at IS NOT NULL)) OR ((new.next_offset = old.next_offset) AND (new.recorded_at IS DISTINCT ' +
        'FROM old.recorded_at)))) EXECUTE FUNCTION refuse_head_change()',
    },
  },
  rejections: {
    constraints: {
      rejections_once_per_message: 'UNIQUE (message_id)',
      rejections_pk: 'PRIMARY KEY (rejection_id)',
    },
    triggers: {
      rejections_are_immutable:
        'BEFORE DELETE OR UPDATE OF rejection_id, message_id, code, field, reason, body, recorded_at OR TRUNCATE ' +
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('uncounted')",
      rejections_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      rejections_seen_only_grows:
        'BEFORE UPDATE FOR EACH ROW WHEN ((new.seen < old.seen)) EXECUTE FUNCTION refuse_counter_change()',
    },
  },
  seals: {
    constraints: {
      seals_begin_at_zero:
        'CHECK (((block >= 0) AND ((block = 0) = (from_offset = 0)) AND ((block = 0) = (previous IS NULL))))',
      seals_follow_the_block_before:
        'FOREIGN KEY (partition, from_offset, previous) REFERENCES seals(partition, next_offset, hash)',
      seals_hashes_are_sha256: 'CHECK (((octet_length(root) = 32) AND (octet_length(hash) = 32)))',
      seals_not_empty: 'CHECK ((next_offset > from_offset))',
      seals_one_per_stretch: 'UNIQUE (partition, next_offset, hash)',
      seals_pk: 'PRIMARY KEY (partition, block)',
      seals_prefix_per_leaf: 'CHECK ((octet_length(leaf_prefixes) = (8 * (next_offset - from_offset))))',
    },
    triggers: {
      seals_are_immutable: 'BEFORE DELETE OR UPDATE OR TRUNCATE FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      seals_change_on_record:
        'AFTER UPDATE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
      seals_deletion_on_record:
        'AFTER DELETE REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_change()',
    },
  },
};
