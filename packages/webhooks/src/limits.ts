/** Every bound of this package, with its reason. */

/** Resolving, connecting and the TLS handshake together. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** From the request on its way to the answer's headers. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** A whole attempt. A body that drips a byte now and then never runs into any other timeout. */
export const TOTAL_DEADLINE_MS = 15_000;
/**
 * A claim's lease. It outlives the deadline by as much again: time to write the receipt, even if the database is slow,
 * before somebody else may send the same delivery.
 */
export const LEASE_MS = 30_000;
/** A lease outlives an endpoint's own deadline by this much at least. */
export const LEASE_MARGIN_MS = LEASE_MS - TOTAL_DEADLINE_MS;
/** How old a claim may be when its request starts; an older one is given back, since its lease might end under way. */
export const CLAIM_AGE_MAX_MS = LEASE_MARGIN_MS - 5_000;
/** How long a stopping worker waits for answers. Ctrl-C on the whole system has five seconds. */
export const STOP_GRACE_MS = 2_500;
/** How long a stopping worker tries to write its last receipts while the database is away. */
export const STOP_RECORD_MS = 1_000;

/** Attempts in flight in one worker. */
export const CONCURRENCY = 64;
/** What retries may take of a worker's slots, and of an endpoint's: the rest is kept for first attempts. */
export const RETRY_SHARE = 0.5;
/** Attempts that one statement records at most. */
export const RECORD_BATCH_MAX = 256;

/** Polling is the truth and the doorbell only makes it quicker; an idle worker's polls grow to the second. */
export const POLL_MS = { first: 50, last: 1_000 } as const;

/** Decoded bytes of an answer that a receipt keeps. The rest is not even read. */
export const RESPONSE_BODY_BYTES_MAX = 65_536;
/** A header block over this is an invalid response. */
export const RESPONSE_HEADER_BYTES_MAX = 16_384;
export const REQUEST_BODY_BYTES_MAX = 262_144;

/** A Retry-After may put an attempt off by a day, not for ever. */
export const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1_000;
/** How soon a delivery is looked at again whose secret this worker can't read: that is ours to repair. */
export const SECRET_RETRY_MS = 5 * 60_000;

/** Told to slow down, or not answered in time: nobody is helped by another request within the minute. */
export const OVERLOAD_PENALTY_MS = 60_000;
/** When a delivery is given up: the default schedule ends after 3.8 days at the latest, the rest is for Retry-After. */
export const WINDOW_MS = 5 * 24 * 60 * 60 * 1_000;
/** Of one delivery, whatever its policy says. */
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

export const URL_LENGTH_MAX = 2_048;
export const MERCHANT_ID_LENGTH_MAX = 128;
/** More are a mistake in somebody's loop. */
export const ENDPOINTS_PER_MERCHANT_MAX = 20;
/** Deliveries in one answer. */
export const DELIVERIES_PAGE_MAX = 200;
