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
/** How old a claim may be when its request starts; an older one is given back, since its lease might end under way. */
export const CLAIM_AGE_MAX_MS = LEASE_MS - TOTAL_DEADLINE_MS - 5_000;
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
/** What the HTTP parser is given at once. Nearly every answer is smaller. */
export const READ_BYTES_MAX = 4_096;
/** A header block over this is an invalid response. */
export const RESPONSE_HEADER_BYTES_MAX = 16_384;
export const REQUEST_BODY_BYTES_MAX = 262_144;

/** A Retry-After may put an attempt off by a day, not for ever. */
export const RETRY_AFTER_MAX_MS = 24 * 60 * 60 * 1_000;
/** How soon a delivery is looked at again whose secret this worker can't read: that is ours to repair. */
export const SECRET_RETRY_MS = 5 * 60_000;

export const URL_LENGTH_MAX = 2_048;
export const MERCHANT_ID_LENGTH_MAX = 128;
/** More are a mistake in somebody's loop. */
export const ENDPOINTS_PER_MERCHANT_MAX = 20;
/** Deliveries in one answer. */
export const DELIVERIES_PAGE_MAX = 200;
/** Deliveries that one page of a search looks through at most, found or not. */
export const SEARCH_WALK_MAX = 10_000;

/** Receipts are kept so long after their delivery was finished: longer than anybody disputes a payout. */
export const RECEIPT_DAYS = 90;
/** Receipts that one statement removes at most when their retention is over. */
export const EXPIRE_BATCH_MAX = 1_000;
/** How often a worker looks for receipts whose retention is over. */
export const EXPIRE_PAUSE_MS = 10 * 60_000;
