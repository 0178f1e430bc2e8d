import { parseExactJson } from './parse-exact-json.ts';

/** A request takes at most this long; a page that waits longer looks dead. */
const REQUEST_TIMEOUT_MS = 10_000;

export type Failure =
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'problem'; readonly status: number; readonly title: string };

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

interface Request<Value> {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly read: (value: unknown) => Value;
}

/** Never throws: a refused, broken or unreadable answer is a Failure. An aborted request is `unreachable`. */
export async function requestJson<Value>(path: string, request: Request<Value>): Promise<Answer<Value>> {
  const signals = [AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...(request.signal ? [request.signal] : [])];
  const init: RequestInit = {
    method: request.method ?? 'GET',
    headers: request.body
      ? { accept: 'application/json', 'content-type': 'application/json' }
      : { accept: 'application/json' },
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.any(signals),
    ...(request.body ? { body: JSON.stringify(request.body) } : {}),
  };
  try {
    const response = await fetch(path, init);
    const text = await response.text();
    if (!response.ok) return { ok: false, failure: failureOf(response.status, text) };
    return { ok: true, value: request.read(text === '' ? null : parseExactJson(text)) };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException)
      return { ok: false, failure: { kind: 'unreachable' } };
    return { ok: false, failure: { kind: 'problem', status: 0, title: 'The answer could not be read' } };
  }
}

export function failureOf(status: number, text: string): Failure {
  if (status === 401) return { kind: 'unauthorized' };
  if (status === 404) return { kind: 'not_found' };
  // A gateway in front of a stopped API answers with these; to the reader that is the same as no answer.
  if (status === 502 || status === 503 || status === 504) return { kind: 'unreachable' };
  return { kind: 'problem', status, title: titleOf(text) ?? `The server answered ${status}` };
}

function titleOf(text: string): string | null {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null || !('title' in problem)) return null;
    return typeof problem.title === 'string' ? problem.title : null;
  } catch {
    return null;
  }
}
