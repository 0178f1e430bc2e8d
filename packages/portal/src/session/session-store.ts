import type { Answer, Failure } from '../wire/request-json.ts';
import type { Me } from '../wire/settlement-requests.ts';

export type SignedOutReason = 'no_session' | 'link_refused' | 'session_ended' | 'left';

export type Session =
  | { readonly kind: 'checking' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'signed_in'; readonly me: Me }
  | { readonly kind: 'signed_out'; readonly why: SignedOutReason }
  | { readonly kind: 'unreachable' };

export interface SessionEnvironment {
  readonly openSession: (token: string) => Promise<Answer<null>>;
  readonly closeSession: () => Promise<Answer<null>>;
  readonly requestMe: () => Promise<Answer<Me>>;
  /** Takes the reader from the login link to the page itself. */
  readonly enter: () => void;
}

export interface SessionStore {
  subscribe(listener: () => void): () => void;
  read(): Session;
  /** With the token of a login link: trades it for a session first. */
  open(token: string | null): Promise<void>;
  retry(): Promise<void>;
  end(): void;
  leave(): Promise<void>;
}

/** The token of `#token=…`; null when the link carries none. */
export const tokenOf = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get('token');

const isRefusal = (failure: Failure): boolean =>
  failure.kind === 'unauthorized' || (failure.kind === 'problem' && failure.status >= 400 && failure.status < 500);

export function createSessionStore(environment: SessionEnvironment): SessionStore {
  let session: Session = { kind: 'checking' };
  let pendingToken: string | null = null;
  const listeners = new Set<() => void>();

  function become(next: Session): void {
    session = next;
    for (const listener of listeners) listener();
  }

  async function check(): Promise<void> {
    const answer = await environment.requestMe();
    if (answer.ok) become({ kind: 'signed_in', me: answer.value });
    else if (answer.failure.kind === 'unauthorized') become({ kind: 'signed_out', why: 'no_session' });
    else become({ kind: 'unreachable' });
  }

  async function open(token: string | null): Promise<void> {
    pendingToken = token;
    become({ kind: token === null ? 'checking' : 'opening' });
    if (token === null) return check();
    const answer = await environment.openSession(token);
    // Without a judgement on the link it may still be good, so it is kept for another try.
    if (!answer.ok && !isRefusal(answer.failure)) return become({ kind: 'unreachable' });
    pendingToken = null;
    if (!answer.ok) return become({ kind: 'signed_out', why: 'link_refused' });
    environment.enter();
    return check();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => session,
    open,
    retry: () => open(pendingToken),
    end: () => become({ kind: 'signed_out', why: 'session_ended' }),
    async leave() {
      await environment.closeSession();
      become({ kind: 'signed_out', why: 'left' });
    },
  };
}
