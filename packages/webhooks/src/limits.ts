/** Every bound of this package, with its reason. */

/** Resolving, connecting and the TLS handshake together. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Of a name's addresses, every one judged, how many are tried: an answer of thousands is nobody's web server. */
export const ADDRESSES_TRIED_MAX = 16;
/** Interim answers (100 to 199) before the answer: a server sends one or two. */
export const INTERIM_ANSWERS_MAX = 16;
/** From the request on its way to the answer's headers. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** A whole attempt. A body that drips a byte now and then never runs into any other timeout. */
export const TOTAL_DEADLINE_MS = 15_000;
/**
 * A claim's lease. It outlives the deadline by as much again: time to write the receipt, even if the database is slow,
 * before somebody else may send the same delivery.
 */
export const LEASE_MS = 30_000;
/**
 * With so many leases in a row that ended without a receipt, a delivery may be what its workers die of: it is put off,
 * each time for twice as long.
 */
export const LEASES_LOST_MAX = 3;
export const LOST_PAUSE_MS = { first: 30_000, last: 60 * 60_000 } as const;
/** A lease outlives an endpoint's own deadline by this much at least. */
export const LEASE_MARGIN_MS = LEASE_MS - TOTAL_DEADLINE_MS;
/** How old a claim may be when its request starts; an older one is given back, since its lease might end under way. */
export const CLAIM_AGE_MAX_MS = LEASE_MARGIN_MS - 5_000;
/** How long a stopping worker waits for answers. Ctrl-C on the whole system has five seconds. */
export const STOP_GRACE_MS = 2_500;
/** How long a stopping worker tries to write its last receipts while the database is away. */
export const STOP_RECORD_MS = 1_000;

/** How long transitions gather after a plan during which more came: they share the next one, and its claim. */
export const PLAN_COLLECT_MS = 5;

/** Attempts in flight in one worker. */
export const CONCURRENCY = 128;
/** What a worker has in hand, as a multiple of that: the rest is answered, and its receipts are being written. */
export const IN_HAND = 2;
/** A worker with so many of its slots taken is busy: what merchants leave free for others is never taken. */
export const NEARLY_FULL = 0.875;
/** What retries may take of a worker's slots, and of an endpoint's: the rest is kept for first attempts. */
export const RETRY_SHARE = 0.5;
/**
 * From one claim to the next. A claim costs the server about as much for one delivery as for fifty, so what comes in
 * quick succession shares one; while fewer than half of the slots are free it waits longer, for more of them.
 */
export const CLAIM_PAUSE_MS = { least: 5, busy: 25 } as const;
/** How long finished attempts gather before an idle journal writes, while nothing is waiting for their slots. */
export const RECORD_GATHER_MS = 25;
/**
 * What one statement records at most: attempts, and characters of answers, which take a multiple of their size in
 * memory until they are sent.
 */
export const RECORD_BATCH_MAX = { attempts: 256, characters: 1_048_576 } as const;

/** Polling is the truth and the doorbell only makes it quicker; an idle worker's polls grow to the second. */
export const POLL_MS = { first: 50, last: 1_000 } as const;

/** Decoded bytes of an answer that a receipt keeps. The rest is not even read. */
export const RESPONSE_BODY_BYTES_MAX = 65_536;
/** What the HTTP parser is given at once. Nearly every answer is smaller. */
export const READ_BYTES_MAX = 4_096;
/** Of an answer, with everything around its body. A body of a byte in each chunk is six times as long. */
export const ANSWER_BYTES_MAX = 1_048_576;
/** A header block over this is an invalid response. */
export const RESPONSE_HEADER_BYTES_MAX = 16_384;
/**
 * What a webhook's body has at most. The largest payout that the catalogue admits comes to half of it; a test holds
 * it.
 */
export const BODY_BYTES_MAX = 20_000;

/** A Retry-After may put an attempt off by a day, not for ever. */
export const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1_000;
/** How soon a delivery is looked at again whose secret this worker can't read: that is ours to repair. */
export const SECRET_RETRY_MS = 5 * 60_000;

/** Told to slow down, or not answered in time: nobody is helped by another request within the minute. */
export const OVERLOAD_PENALTY_MS = 60_000;
/** When a delivery is given up: the default schedule ends after 3.8 days at the latest, the rest is for Retry-After. */
export const WINDOW_MS = 5 * 24 * 60 * 60 * 1_000;
/** Of one delivery, whatever its policy says; what is not the endpoint's fault doesn't count. */
export const ATTEMPTS_MAX = 50;
/** Attempts in flight at one endpoint that nobody tuned. */
export const CONCURRENCY_PER_ENDPOINT = 8;
/** What a merchant may set. The table checks deadline, concurrency and rate again. */
export const POLICY_BOUNDS = {
  waitMs: { min: 1_000, max: 7 * 24 * 60 * 60 * 1_000 },
  waits: ATTEMPTS_MAX - 1,
  factor: { min: 1, max: 10 },
  windowMs: { min: 60_000, max: 30 * 24 * 60 * 60 * 1_000 },
  timeoutMs: { min: 1_000, max: 30_000 },
  concurrencyMax: 100,
  ratePerSecond: { min: 0.1, max: 1_000 },
} as const;

/** More than one endpoint's slots: one unlucky moment opens no circuit. */
export const CIRCUIT_FAILURES = 10;
/** Short enough that a deployment costs seconds, long enough that a dead endpoint costs a request in five minutes. */
export const CIRCUIT_PAUSE_MS = { first: 5_000, last: 5 * 60_000 } as const;
/** Nothing but failures for so long, and somebody has to look before more is sent. */
export const DISABLE_AFTER_MS = 5 * 24 * 60 * 60 * 1_000;
/** What a rate may send at once after a pause. */
export const RATE_BURST_MS = 250;
/** How often a worker claims for an endpoint with a rate: well within its burst, so that none of it is lost. */
export const RATE_CLAIM_MS_MIN = 50;
/**
 * Due deliveries of an ordered endpoint that a claim looks at. With more of them due, those that have to wait for an
 * earlier one of their payouts are put off, for as long as they have waited within these bounds.
 */
export const ORDER_LOOK_MAX = 200;
export const ORDER_PUT_OFF_MS = { min: 5_000, max: 60_000 } as const;

export const URL_LENGTH_MAX = 2_048;
export const MERCHANT_ID_LENGTH_MAX = 128;
/** More are a mistake in somebody's loop. */
export const ENDPOINTS_PER_MERCHANT_MAX = 20;
/** Deliveries that one statement cancels, or releases: some 50 ms, in which nobody waits for them. */
export const CANCEL_BATCH_MAX = 1_000;
export const RELEASE_BATCH_MAX = 1_000;
/** How often a worker looks for changes of endpoints that broke off, and how old one is then. */
export const ENDPOINT_SWEEP_PAUSE_MS = 60_000;
export const ENABLING_AGE_MIN_MS = 60_000;
/** Deliveries in one answer. */
export const DELIVERIES_PAGE_MAX = 200;
/** Receipts in one answer: each may have 64 KiB of an endpoint's answer, and re-sends make any number of them. */
export const RECEIPTS_PAGE_MAX = 200;

/** How long an old secret signs beside the new one: time to put the new one into every server of the merchant's. */
export const SECRET_OVERLAP_HOURS = { default: 24, max: 7 * 24 } as const;
/** Of an endpoint and a scheme: each adds a signature to every request. */
export const SECRETS_LIVE_MAX = 3;
/** Of a merchant's own secret, as Standard Webhooks has it. */
export const OWN_SECRET_BYTES = { min: 24, max: 64 } as const;
/** Opened signing keys that a worker keeps: some 100 bytes each. */
export const SIGNING_KEYS_KEPT_MAX = 10_000;
/** An expired secret signs nothing; it is gone soon after. */
export const SECRET_SWEEP_PAUSE_MS = 60_000;
/** Secrets that one sweep, or one transaction of a reseal, takes at most. */
export const SECRET_BATCH_MAX = 100;
/** Actions in one answer. */
export const SECRET_ACTIONS_PAGE_MAX = 200;
/** Webhook events in one answer: each has a body of some 600 bytes. */
export const WEBHOOK_EVENTS_PAGE_MAX = 1_000;

/**
 * Tests of an endpoint in a minute: a person presses a button; a loop that asks for more is using us to flood
 * somebody.
 */
export const TESTS_PER_MINUTE_MAX = 6;
/** Tests of all of a merchant's endpoints in an hour: twenty endpoints may all be the same victim. */
export const TESTS_PER_HOUR_MAX = 60;

/** How often it is looked whether a day is over. */
export const DIGEST_POLL_MS = 60_000;
/** Days that an endpoint is told of afterwards, when it was disabled or the workers were down. */
export const DIGEST_DAYS_MAX = 30;
/** Of the name that a receipt gives for who sent again. */
export const RESEND_ACTOR_LENGTH_MAX = 150;
/** Deliveries a second that a job lets out when nobody says another rate, and at most. */
export const RESEND_RATE = 50;
export const RESEND_RATE_MAX = 10_000;
/** A job lets out what its rate allows in this time, so that its pace is even and a batch is short. */
export const RESEND_BATCH_MS = 200;
export const RESEND_BATCH_MAX = 500;
/** A job waits while an endpoint has as many re-sends and retries overdue: its own retries must not queue behind it. */
export const RESEND_BACKLOG_MAX = 256;
/** How often a job looks what became of its deliveries: each second, and less often the more there are to look at. */
export const RESEND_LOOK_MS = 1_000;
export const RESEND_LOOK_MS_PER_ITEM = 0.2;
/** Deliveries that a dry run shows. */
export const RESEND_SAMPLE = 10;
/** Jobs, items or dead letters in one answer. */
export const RESENDS_PAGE_MAX = 200;

/** How long a worker has a dead letter for itself while it tells SQS; then another may try. */
export const ANNOUNCE_LEASE_MS = 60_000;
/** What one SendMessageBatch takes. */
export const ANNOUNCE_BATCH_MAX = 10;
/** How soon SQS is asked again that did not take a message. */
export const ANNOUNCE_RETRY_MS = 5_000;
/** Deliveries that one page of a search looks through at most, found or not. */
export const SEARCH_WALK_MAX = 10_000;

/** Receipts are kept so long after their delivery was finished: longer than anybody disputes a payout. */
export const RECEIPT_DAYS = 90;
/** Receipts that one statement removes at most when their retention is over. */
export const EXPIRE_BATCH_MAX = 1_000;
/** How often a worker looks for receipts whose retention is over. */
export const EXPIRE_PAUSE_MS = 10 * 60_000;
