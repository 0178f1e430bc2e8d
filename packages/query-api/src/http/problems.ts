/** Every way a request can be refused (RFC 9457). The README lists the same; a test compares. */

export const PROBLEMS = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  cursor_invalid: { status: 400, title: 'The cursor is not one of this list' },
  endpoint_refused: { status: 400, title: 'The endpoint can’t be registered' },
  unauthenticated: { status: 401, title: 'A valid API key or session is needed' },
  login_refused: { status: 401, title: 'The login link is not valid any more' },
  role_forbidden: { status: 403, title: 'This role may not do that' },
  merchant_forbidden: { status: 403, title: 'This is another merchant’s' },
  origin_forbidden: { status: 403, title: 'The request comes from another site' },
  not_found: { status: 404, title: 'There is nothing here' },
  payout_not_found: { status: 404, title: 'There is no such payout' },
  endpoint_not_found: { status: 404, title: 'There is no such webhook endpoint' },
  delivery_not_found: { status: 404, title: 'There is no such webhook delivery' },
  not_applied_yet: { status: 409, title: 'The read model has not come so far yet' },
  body_too_large: { status: 413, title: 'The body is too large' },
  media_type_unsupported: { status: 415, title: 'The body has to be application/json' },
  upgrade_required: { status: 426, title: 'This path speaks websocket' },
  too_many_waiting: { status: 429, title: 'Too many requests are waiting' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  read_model_missing: { status: 503, title: 'The active read model does not keep this' },
  unavailable: { status: 503, title: 'The service can’t answer right now; try again' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A field of the request and what is wrong with it. */
export interface FieldProblem {
  /** Path in the body, or the name of the query or path parameter: `url`, `eventTypes.0`. */
  readonly field: string;
  readonly message: string;
}

/** Thrown by routes and hooks; becomes the answer. Nothing in it is secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldProblem[];

  constructor(code: ProblemCode, detail: string, errors: readonly FieldProblem[] = []) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }
}

export interface ProblemBody {
  /** `urn:northwind:problem:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id, which the logs know it by. */
  readonly instance: string;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldProblem[];
}

export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { status, title } = PROBLEMS[problem.code];
  const body = {
    type: `urn:northwind:problem:${problem.code.replaceAll('_', '-')}`,
    title,
    status,
    detail: problem.message,
    instance: `urn:uuid:${requestId}`,
    code: problem.code,
  };
  return problem.errors.length > 0 ? { ...body, errors: problem.errors } : body;
}
