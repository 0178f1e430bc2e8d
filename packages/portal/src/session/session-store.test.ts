import { describe, expect, it } from 'vitest';
import type { Answer, Failure } from '../wire/request-json.ts';
import type { Me } from '../wire/settlement-requests.ts';
import { createSessionStore, type SessionEnvironment, tokenOf } from './session-store.ts';

const me: Me = { merchantId: 'mer_001', role: 'merchant' };
const done: Answer<null> = { ok: true, value: null };
const refused = (kind: 'unauthorized' | 'unreachable'): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind },
});

function storeWith(answers: Partial<SessionEnvironment>) {
  const did: string[] = [];
  const store = createSessionStore({
    openSession: async (token) => {
      did.push(`open ${token}`);
      return done;
    },
    closeSession: async () => done,
    requestMe: async () => ({ ok: true, value: me }),
    enter: () => did.push('enter'),
    ...answers,
  });
  return { store, did };
}

describe('tokenOf', () => {
  it.each([
    ['#token=abc', 'abc'],
    ['#token=a%2Bb', 'a+b'],
    ['', null],
    ['#other=1', null],
  ])('%s', (hash, token) => {
    expect(tokenOf(hash)).toBe(token);
  });
});

describe('the session', () => {
  it('trades a token, then enters', async () => {
    const { store, did } = storeWith({});
    await store.open('t1');
    expect(did).toEqual(['open t1', 'enter']);
    expect(store.read()).toEqual({ kind: 'signed_in', me });
  });

  it('says that a link is used up, and does not try it again', async () => {
    const { store } = storeWith({ openSession: async () => refused('unauthorized') });
    await store.open('t1');
    expect(store.read()).toEqual({ kind: 'signed_out', why: 'link_refused' });
  });

  it('keeps the token of an unanswered request for the next try', async () => {
    let answer: Answer<null> = refused('unreachable');
    const tried: string[] = [];
    const { store } = storeWith({
      openSession: async (token) => {
        tried.push(token);
        return answer;
      },
    });
    await store.open('t1');
    expect(store.read()).toEqual({ kind: 'unreachable' });
    answer = done;
    await store.retry();
    expect(tried).toEqual(['t1', 't1']);
    expect(store.read().kind).toBe('signed_in');
  });

  it.each([
    [500, 'unreachable'],
    [422, 'signed_out'],
  ])('takes status %s for %s', async (status, kind) => {
    const failure: Failure = { kind: 'problem', status, title: 'No' };
    const { store } = storeWith({ openSession: async () => ({ ok: false, failure }) });
    await store.open('t1');
    expect(store.read().kind).toBe(kind);
  });

  it('without a token asks who is there', async () => {
    const { store } = storeWith({ requestMe: async () => refused('unauthorized') });
    await store.open(null);
    expect(store.read()).toEqual({ kind: 'signed_out', why: 'no_session' });
  });
});
